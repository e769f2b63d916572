/** What went wrong while the program ran, fit for one line in front of a person. */
export interface ProgramError {
  /** The resource it happened to, such as `aws:ec2/vpc:Vpc "network"`, if known. */
  readonly resource?: string;
  /** One line. */
  readonly message: string;
  /** What was thrown; undefined when nothing was, as for an input that never resolves. */
  readonly cause?: unknown;
}

/** What the collectors of any evaluation took charge of, so that a test's root hook does not report it again. */
const taken = new WeakSet<object>();

/** True when an evaluation took this error into its result. */
export function isTakenByEvaluation(reason: unknown): boolean {
  return typeof reason === "object" && reason !== null && taken.has(reason);
}

/**
 * Collects errors which surface anywhere in the process: a throwing `apply` is an unhandled rejection, a throwing timer
 * an uncaught exception.
 */
export class ErrorCollector {
  private readonly causes = new Set<unknown>();
  private readonly onError = (reason: unknown): void => this.take(reason);
  /** Looking at a rejected output late is what `ConstructedResources` does; without a listener Node warns of it. */
  private readonly onHandledLate = (): void => undefined;

  start(): void {
    process.on("unhandledRejection", this.onError);
    process.on("uncaughtException", this.onError);
    process.on("rejectionHandled", this.onHandledLate);
  }

  stop(): void {
    process.off("unhandledRejection", this.onError);
    process.off("uncaughtException", this.onError);
    process.off("rejectionHandled", this.onHandledLate);
  }

  /** One error reaches us through several promises; it counts once. */
  take(reason: unknown): void {
    if (typeof reason === "object" && reason !== null) {
      taken.add(reason);
    }
    this.causes.add(reason);
  }

  get count(): number {
    return this.causes.size;
  }

  list(): unknown[] {
    return [...this.causes];
  }
}

/** The message of anything thrown, on one line, without the prefixes Pulumi's runtime puts before it on the way. */
export function messageOf(reason: unknown): string {
  const text = reason instanceof Error ? reason.message || reason.name : String(reason);
  return text
    .replace(/^(error serializing property "[^"]*": )+/, "")
    .trim()
    .replace(/([.:;,]?)\s*\n\s*/g, (_newline, end: string) => `${end || ";"} `);
}
