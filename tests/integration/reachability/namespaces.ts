import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runCommand, startProcess } from "../../../tools/childProcess";

/** A process in a network namespace that listens and tries. */
export interface Agent {
  readonly ask: (question: object) => Promise<unknown>;
}

/**
 * Network namespaces in a mount and PID namespace of their own: nobody else sees them, two runs do not clash, and all of
 * them end with its first process, which reads from a pipe that closes with this process, however it ends.
 */
export class Namespaces {
  private readonly ended: Promise<unknown>[];

  private constructor(
    private readonly process: ChildProcess,
    /** The first process inside, as it is numbered outside. */
    private readonly pid: number,
    ended: Promise<unknown>,
  ) {
    this.ended = [ended];
  }

  static async open(): Promise<Namespaces> {
    const keeper = "mount -t tmpfs tmpfs /run && echo ready && exec cat";
    const options = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
    const command = ["unshare", ...options, "sh", "-c", keeper];
    const { child, exited } = startProcess(command, { stdio: ["pipe", "pipe", "inherit"] });
    await answerOf(child, once(child.stdout ?? child, "data"));
    const pid = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
    return new Namespaces(child, Number(pid), exited);
  }

  /** Runs a shell script among the namespaces, and returns what it prints. */
  async run(script: string): Promise<string> {
    const command = [...this.enter(), "sh", "-e", "-c", 'eval "$(cat)"'];
    const ended = await runCommand(command, { stdio: ["pipe", "pipe", "pipe"] }, (child) => child.stdin?.end(script));
    if (ended.code !== 0) throw new Error(`${ended.errors}${ended.output}\n${script}`);
    return ended.output;
  }

  /** Starts an agent in a network namespace. */
  agent(namespace: string): Agent {
    const program = [process.execPath, join(__dirname, "agent.cjs")];
    const command = [...this.enter(), "ip", "netns", "exec", namespace, ...program];
    const { child, exited } = startProcess(command, { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.ended.push(exited);
    return {
      async ask(question) {
        const answer = answerOf(child, once(child, "message"));
        child.send(question);
        return (await answer)[0];
      },
    };
  }

  /** Ends everything inside, and waits until it is gone. */
  async close(): Promise<void> {
    this.process.stdin?.end();
    await Promise.all(this.ended);
    while (existsSync(`/proc/${this.pid}`)) await delay(10);
  }

  private enter(): string[] {
    return ["nsenter", "--target", `${this.pid}`, "--mount", "--net", "--pid", "--"];
  }
}

/** What a process says, unless it ends first. */
async function answerOf<T>(child: ChildProcess, said: Promise<T>): Promise<T> {
  const listening = new AbortController();
  const ended = once(child, "exit", { signal: listening.signal }).then(([code]) => {
    throw new Error(`${child.spawnargs.join(" ")} ended with ${code}`);
  });
  try {
    return await Promise.race([said, ended]);
  } finally {
    listening.abort();
    ended.catch(() => undefined);
  }
}
