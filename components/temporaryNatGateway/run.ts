import type { EventEmitter } from "node:events";
import type { EC2, ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import type { Scheduler } from "@aws-sdk/client-scheduler";
import { assertAccount, withClients } from "../dynamicProvider/awsClient";
import { errorCode, errorMessage, explain } from "../dynamicProvider/awsErrors";
import { interruptedError, pollUntil, type Report, withInterruption } from "../dynamicProvider/pollUntil";
import { Inventory, looks } from "./inventory";
import type { Lease } from "./settings";

type Kind = keyof typeof looks;
const allKinds = Object.keys(looks) as Kind[];

/** One kind of thing the lease makes. Both ways work from whatever state an interrupted run has left. */
export interface Step {
  /** What it makes, for messages. */
  readonly title: string;
  /** Makes what is missing of it, and waits until it can be used. */
  readonly open: (run: Run) => Promise<void>;
  /** Deletes what is there of it, and waits until it is gone. */
  readonly close: (run: Run) => Promise<void>;
}

interface LookUntilOptions {
  /** What to look at. @default everything */
  readonly kinds?: readonly Kind[];
  /** Whether all is as awaited. */
  readonly isSo: (inventory: Inventory) => boolean;
  /** What to do when it is not. @default nothing: it comes by itself */
  readonly otherwise?: () => Promise<void>;
}

interface AttemptOptions<T> {
  /** The call. It reads the run's inventory each time. */
  readonly act: () => Promise<T>;
  /**
   * Errors that mean "not yet", by their codes or by a look at them: the call is made again until `settleSeconds` are
   * over.
   */
  readonly notYet?: readonly string[] | ((error: unknown) => boolean);
  /** What to look at before the call is made again: the call may have been carried out and only its answer lost. */
  readonly lookFirst?: Kind;
}

interface DeletionOptions extends AttemptOptions<unknown> {
  /** Codes of errors that mean that it is gone already, which is success. */
  readonly gone: readonly string[];
}

/** One run over the steps: what it works with, and what it knows to be there. */
export class Run implements Lease {
  readonly leaseId: string;
  readonly tagKey: string;
  readonly settings: Lease["settings"];

  constructor(
    { leaseId, tagKey, settings }: Lease,
    readonly ec2: EC2,
    readonly scheduler: Scheduler,
    /** Aborts when the run is to end early. */
    readonly signal: AbortSignal,
    readonly inventory = new Inventory(),
  ) {
    this.leaseId = leaseId;
    this.tagKey = tagKey;
    this.settings = settings;
  }

  /** Notes what is there now. */
  note(changes: Partial<Inventory>): void {
    Object.assign(this.inventory, changes);
  }

  /**
   * Looks at all there is of the lease in the stack's account. Nothing is changed before.
   *
   * @throws when the credentials are those of another account
   */
  async survey(): Promise<void> {
    await assertAccount(this.settings).catch((error) => {
      throw explain(error, "comparing the account of the credentials with the stack's");
    });
    await this.look(allKinds);
  }

  /**
   * Looks at these kinds of objects, all at once, and notes what is there. When one look fails, the others still end
   * first.
   */
  async look(kinds: readonly Kind[]): Promise<void> {
    const looked = await Promise.allSettled(
      kinds.map((kind) => this.attempt(`AWS to answer about ${kind}`, { act: () => this.lookOnce(kind) })),
    );
    for (const outcome of looked) {
      if (outcome.status === "rejected") {
        throw explain(outcome.reason, "looking for what there is of the lease");
      }
    }
  }

  private async lookOnce(kind: Kind): Promise<void> {
    this.note(await looks[kind](this));
  }

  /**
   * Looks at these kinds of objects, one after the other, until AWS shows what is awaited. What it shows may be older
   * than the latest calls: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
   */
  async lookUntil(what: string, { kinds = allKinds, isSo, otherwise }: LookUntilOptions): Promise<void> {
    await this.settle(what, async () => {
      for (const kind of kinds) {
        await this.look([kind]);
      }
      if (isSo(this.inventory)) {
        return true;
      }
      await otherwise?.();
      return undefined;
    });
  }

  /** Makes a call until AWS can carry it out. Throttling and broken connections are retried in any case. */
  async attempt<T>(what: string, { act, notYet = [], lookFirst }: AttemptOptions<T>): Promise<T> {
    let first = true;
    const { value } = await this.settle<{ value: T }>(what, async (report) => {
      if (!first && lookFirst !== undefined) {
        await this.lookOnce(lookFirst);
      }
      first = false;
      try {
        return { value: await act() };
      } catch (error) {
        if (typeof notYet === "function" ? notYet(error) : notYet.includes(errorCode(error))) {
          report(errorMessage(error));
          return undefined;
        }
        throw error;
      }
    });
    return value;
  }

  /** Makes a call that deletes something. */
  async delete(what: string, { act, gone, ...options }: DeletionOptions): Promise<void> {
    const actUnlessGone = async () => {
      try {
        await act();
      } catch (error) {
        if (!gone.includes(errorCode(error))) {
          throw error;
        }
      }
    };
    await this.attempt(what, { ...options, act: actUnlessGone });
  }

  private settle<T>(what: string, check: (report: Report) => Promise<T | undefined>): Promise<T> {
    const { settleSeconds, retrySeconds } = this.settings.waits;
    const [intervalMs, deadlineMs] = [retrySeconds * 1000, settleSeconds * 1000];
    return pollUntil<T>({ what, intervalMs, deadlineMs, signal: this.signal, check });
  }

  /** The tags an object is made with: whose it is, and what it is called in the console. */
  tagsFor(type: ResourceType): TagSpecification[] {
    const tags = { Name: this.leaseId, ...this.settings.tags, [this.tagKey]: this.leaseId };
    return [{ ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
  }

  /** Makes what these steps make, in their order. SIGINT ends the run before the next one. */
  async open(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      await this.take(`making the ${step.title}`, step.open);
    }
  }

  /** Deletes what these steps make, backwards. SIGINT ends the run before the next one. */
  async close(steps: readonly Step[]): Promise<void> {
    for (const step of [...steps].reverse()) {
      await this.take(`taking away the ${step.title}`, step.close);
    }
  }

  private async take(doing: string, work: (run: Run) => Promise<void>): Promise<void> {
    if (this.signal.aborted) {
      throw interruptedError(doing);
    }
    try {
      await work(this);
    } catch (error) {
      throw explain(error, doing);
    }
  }

  /**
   * Undoes work that failed; the error then says what came of that. After SIGINT as well: these are a few short calls,
   * or the beginning of a deletion, and without them what runs would be cut off, or something would go on to cost money.
   */
  async undo(
    cause: unknown,
    work: (run: Run) => Promise<void>,
    said: { readonly done: string; readonly failed: string },
  ): Promise<Error> {
    try {
      await withInterruption((signal) => work(new Run(this, this.ec2, this.scheduler, signal, this.inventory)));
      return new Error(`${errorMessage(cause)} (${said.done})`);
    } catch (error) {
      return new Error(`${errorMessage(cause)} (${said.failed}: ${errorMessage(error)})`);
    }
  }
}

/**
 * Connects to AWS for as long as `work` takes, which starts with an empty inventory; afterwards, SIGINT ends the
 * process again.
 *
 * @param engine as {@link withInterruption} has it
 */
export function withRun<T>(lease: Lease, work: (run: Run) => Promise<T>, engine?: EventEmitter): Promise<T> {
  const connect = (signal: AbortSignal) =>
    withClients(lease.settings, ["ec2", "scheduler"], ({ ec2, scheduler }) =>
      work(new Run(lease, ec2, scheduler, signal)),
    );
  return withInterruption(connect, engine);
}

/** The id in an answer. */
export function idIn(id: string | undefined): string {
  if (id === undefined) {
    throw new Error("AWS answered without the id of what it made");
  }
  return id;
}
