import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";

/** A moto server on a free port of this machine: an AWS account with nothing in it but the default VPCs. */
export class MotoServer {
  private constructor(
    private readonly process: ChildProcessByStdio<null, null, Readable>,
    /** Such as `http://127.0.0.1:40001`. */
    readonly url: string,
  ) {}

  /** @throws with what it wrote when it ends before it listens */
  static async start(program: string, ...args: readonly string[]): Promise<MotoServer> {
    const options = args.length > 0 ? args : ["-H", "127.0.0.1", "-p", "0"];
    const server = spawn(program, options, { stdio: ["ignore", "ignore", "pipe"] });
    const written: string[] = [];
    const url = await new Promise<string>((resolve, reject) => {
      // Read to the end, because a pipe which nobody empties stops the server: it writes a line for each request.
      createInterface(server.stderr).on("line", (line) => {
        const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? [];
        if (address === undefined) {
          written.push(line);
        } else {
          resolve(address);
        }
      });
      server.once("error", reject);
      server.once("close", (code) => reject(new Error(`moto ended with ${code}: ${written.join("\n")}`)));
    });
    return new MotoServer(server, url);
  }

  /** Forgets everything, in all accounts and regions. */
  async reset(): Promise<void> {
    const answer = await fetch(`${this.url}/moto-api/reset`, { method: "POST" });
    if (!answer.ok) {
      throw new Error(`moto answered ${answer.status} when asked to forget everything`);
    }
  }

  async stop(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const gone = once(this.process, "close");
      this.process.kill("SIGTERM");
      await gone;
    }
  }
}
