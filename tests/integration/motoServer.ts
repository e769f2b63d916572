import { TestProcess } from "../processes/testProcess";

/** A moto server on a free port of this machine: an AWS account with nothing in it but the default VPCs. */
export class MotoServer {
  private constructor(
    private readonly server: TestProcess,
    /** Such as `http://127.0.0.1:40001`. */
    readonly url: string,
  ) {}

  /** @throws with what it wrote when it ends before it listens */
  static async start(program: string, ...args: readonly string[]): Promise<MotoServer> {
    const server = new TestProcess([program, ...(args.length > 0 ? args : ["-H", "127.0.0.1", "-p", "0"])]);
    const [url] = await server.prints(/http:\/\/127\.0\.0\.1:\d+(?=\s)/);
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
    this.server.child.kill("SIGTERM");
    await this.server.exited;
  }
}
