import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { collected } from "./collected";

const root = join(__dirname, "../..");

/** `npm start`, as a process. */
export interface Start {
  readonly child: ChildProcess;
  readonly exited: Promise<unknown[]>;
  readonly output: () => string;
  readonly errors: () => string;
  /** Resolves when the output holds the text. */
  readonly prints: (text: string) => Promise<void>;
}

/** Runs what `npm start` runs, with these arguments. */
export function start(...args: string[]): Start {
  const child = spawn(process.execPath, ["-r", "./tools/register.js", "tools/start.ts", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = collected(child.stdout);
  const errors = collected(child.stderr);
  const exited = once(child, "close");
  const prints = (text: string): Promise<void> => {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (output().includes(text)) resolve();
      };
      child.stdout.on("data", look);
      exited.then(() => reject(new Error(`ended without "${text}":\n${output()}${errors()}`)));
      look();
    });
  };
  return { child, exited, output, errors, prints };
}
