import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** What runs a program in TypeScript, its arguments, or `-e` and a script. */
export function typescript(...args: readonly string[]): string[] {
  return [process.execPath, "-r", join(root, "tools/register.js"), ...args];
}

/** A process which a test starts and looks at; what it writes is kept. */
export class TestProcess {
  readonly child: ChildProcess;
  /** Exit code and signal; resolves when it has ended and written everything. */
  readonly exited: Promise<readonly [code: number | null, signal: NodeJS.Signals | null]>;
  /** What it has written to stdout so far, and to stderr. */
  output = "";
  errors = "";

  /** @param options those of `spawn`. @default in the project's directory, without stdin */
  constructor([file = "", ...args]: readonly string[], options: SpawnOptions = {}) {
    this.child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], ...options });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
    });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.errors += text;
    });
    this.exited = once(this.child, "close").then(([code, signal]) => [code, signal] as const);
  }

  /** Resolves when the process has written this; rejects when it ends without. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    let ended = false;
    const end = this.exited.then(() => {
      ended = true;
    });
    for (;;) {
      const match = pattern.exec(this.output) ?? pattern.exec(this.errors);
      if (match !== null) return match;
      if (ended) throw new Error(`ended without ${pattern}:\n${this.output}${this.errors}`);
      const streams = [this.child.stdout, this.child.stderr].flatMap((stream) => stream ?? []);
      // The listeners of the streams which did not come first go, too.
      const came = new AbortController();
      await Promise.race([end, ...streams.map((stream) => once(stream, "data", { signal: came.signal }))]);
      came.abort();
    }
  }
}

/** Runs what `npm start` runs, with these arguments. */
export function start(...args: readonly string[]): TestProcess {
  return new TestProcess(typescript("tools/start.ts", ...args));
}
