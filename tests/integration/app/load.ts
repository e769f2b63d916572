import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

interface LoadOptions {
  readonly connections: number;
  /** How many requests are sent. @default as many as go until the service asks its clients to leave, or `end` is called */
  readonly count?: number;
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether each request is to be traced, in a trace of its own. @default true */
  readonly traced?: boolean;
  /** Whether each request has a connection of its own. @default false */
  readonly newConnections?: boolean;
  /** Pause between two requests of a client, in milliseconds. @default 0 */
  readonly pauseMs?: number;
}

let traces = 0;

/** Clients of a service, each of which sends one request after the other. */
export class Load {
  /** Trace ids of the requests that were answered. */
  readonly answered: string[] = [];
  /** Why the others failed. */
  readonly failures: string[] = [];
  /** Resolves when all clients have ended. */
  readonly done: Promise<unknown>;
  private left: number;

  constructor(
    private readonly url: string,
    private readonly options: LoadOptions,
  ) {
    this.left = options.count ?? Number.POSITIVE_INFINITY;
    this.done = Promise.all(Array.from({ length: options.connections }, () => this.run()));
  }

  /** Resolves when so many requests were answered, or one has failed. */
  async reaches(count: number): Promise<void> {
    while (this.answered.length < count && this.failures.length === 0) await delay(10);
  }

  /** Sends no further requests; resolves when those under way have ended. */
  end(): Promise<unknown> {
    this.left = 0;
    return this.done;
  }

  private async run(): Promise<void> {
    const { newConnections = false, pauseMs = 0 } = this.options;
    const agent = newConnections ? false : new Agent({ keepAlive: true, maxSockets: 1 });
    for (let leave = false; !leave && this.left-- > 0; ) {
      leave = (await this.send(agent)) && !newConnections;
      if (pauseMs > 0) await delay(pauseMs);
    }
    if (agent) agent.destroy();
  }

  /** Sends a request; resolves to whether the service wants its client to leave, or has failed. */
  private send(agent: Agent | false): Promise<boolean> {
    const { path = "/", method, traced = true } = this.options;
    const trace = `1-${Math.floor(Date.now() / 1000).toString(16)}-${(++traces).toString(16).padStart(24, "0")}`;
    const headers = { ...this.options.headers, ...(traced && { "x-amzn-trace-id": `Root=${trace};Sampled=1` }) };
    return new Promise((resolve) => {
      const fail = (problem: unknown) => resolve(this.failures.push(String(problem)) > 0);
      request(`${this.url}${path}`, { method, headers, agent }, (response) => {
        response.on("error", fail);
        response.resume().on("end", () => {
          if ((response.statusCode ?? 0) >= 500) return fail(response.statusCode);
          this.answered.push(trace);
          resolve(response.headers.connection === "close");
        });
      })
        .on("error", fail)
        .end();
    });
  }
}
