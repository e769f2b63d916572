import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

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
  let output = "";
  let errors = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const exited = once(child, "close");
  const prints = (text: string): Promise<void> => {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (output.includes(text)) resolve();
      };
      child.stdout.on("data", look);
      exited.then(() => reject(new Error(`ended without "${text}":\n${output}${errors}`)));
      look();
    });
  };
  return { child, exited, output: () => output, errors: () => errors, prints };
}
