import type { EventEmitter } from "node:events";
import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import { assertAccount, connectEc2, connectScheduler } from "../dynamicProvider/awsClient";
import { errorCode, errorMessage, explain, isThrottling, isTransient } from "../dynamicProvider/awsErrors";
import { interruptedError, pollUntil, withInterruption } from "../dynamicProvider/pollUntil";
import { type AwsClients, type Inventory, type Kind, looks, nothingFound } from "./inventory";
import { type LeaseSettings, leaseTag } from "./leaseInputs";

/** One run over the steps: what it works with, and what it knows to be there. */
export interface Run extends AwsClients {
  readonly leaseId: string;
  readonly settings: LeaseSettings;
  /** Aborts when the run is to end early. */
  readonly signal: AbortSignal;
  inventory: Inventory;
}

/** One kind of thing the lease makes. Both ways work from whatever state an interrupted run has left. */
export interface Step {
  /** What it makes, for messages. */
  readonly title: string;
  /** Makes what is missing of it, and waits until it can be used. */
  readonly open: (run: Run) => Promise<void>;
  /** Takes away what is there of it, and waits until it is gone. */
  readonly close: (run: Run) => Promise<void>;
}

export const allKinds = Object.keys(looks) as Kind[];

export type Direction = "open" | "close";

/** A step and the way it is gone. */
export interface Move {
  readonly direction: Direction;
  readonly step: Step;
}

/**
 * Connects to AWS for as long as `work` takes, which starts with an empty inventory; afterwards, SIGINT ends the
 * process again.
 */
export async function connected<T>(
  settings: LeaseSettings,
  leaseId: string,
  work: (run: Run) => Promise<T>,
  engine?: EventEmitter,
): Promise<T> {
  return withInterruption(async (signal) => {
    const [ec2, scheduler] = await Promise.all([connectEc2(settings), connectScheduler(settings)]);
    try {
      return await work({ ec2, scheduler, leaseId, settings, signal, inventory: nothingFound });
    } finally {
      ec2.destroy();
      scheduler.destroy();
    }
  }, engine);
}

/**
 * Connects to AWS in the stack's account, looks at all there is of the lease, and hands it to `work`, before which
 * nothing is changed.
 */
export function withRun<T>(
  settings: LeaseSettings,
  leaseId: string,
  work: (run: Run) => Promise<T>,
  engine?: EventEmitter,
): Promise<T> {
  const afterLooking = async (run: Run) => {
    await assertAccount(settings).catch((error) => {
      throw explain(error, "comparing the account of the credentials with the stack's");
    });
    await look(run, allKinds);
    return work(run);
  };
  return connected(settings, leaseId, afterLooking, engine);
}

const looking = "looking for what there is of the lease";

/** Makes the moves in their order. SIGINT ends the run before the next one. */
export async function make(run: Run, moves: readonly Move[]): Promise<void> {
  for (const { direction, step } of moves) {
    const doing = direction === "open" ? `making the ${step.title}` : `taking away the ${step.title}`;
    if (run.signal.aborted) {
      throw interruptedError(doing);
    }
    try {
      await step[direction](run);
    } catch (error) {
      throw explain(error, doing);
    }
  }
}

/**
 * Makes the moves which take back work that failed; the error then says what came of that. After SIGINT as well: these
 * are a few short calls, or the beginning of a deletion, and without them what runs would be cut off, or something
 * would cost money for ever.
 */
export async function takeBack(
  run: Run,
  cause: unknown,
  moves: readonly Move[],
  said: { readonly done: string; readonly failed: string },
): Promise<Error> {
  try {
    await withInterruption((signal) => make({ ...run, signal }, moves));
    return new Error(`${errorMessage(cause)} (${said.done})`);
  } catch (error) {
    return new Error(`${errorMessage(cause)} (${said.failed}: ${errorMessage(error)})`);
  }
}

/**
 * Looks at these kinds of objects, all at once, and notes what is there. When one look fails, the others still end
 * first.
 */
export async function look(run: Run, kinds: readonly Kind[]): Promise<void> {
  const looked = await Promise.allSettled(kinds.map((kind) => lookAt(run, kind)));
  for (const outcome of looked) {
    if (outcome.status === "rejected") {
      throw explain(outcome.reason, looking);
    }
  }
}

async function lookAt(run: Run, kind: Kind): Promise<void> {
  const seen = await attempt(run, `AWS to answer about ${kind}`, {
    act: () => looks[kind](run, run.leaseId, run.settings),
  });
  run.inventory = { ...run.inventory, ...seen };
}

export interface LookUntilOptions {
  /** What to look at. */
  readonly kinds: readonly Kind[];
  /** Whether all is as awaited. */
  readonly isSo: (inventory: Inventory) => boolean;
  /** Moves to make when it is not. @default none: it comes by itself */
  readonly moves?: readonly Move[];
}

/**
 * Looks at these kinds of objects, one after the other, until AWS shows what is awaited. What it shows may be older
 * than the latest calls: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export async function lookUntil(run: Run, what: string, options: LookUntilOptions): Promise<void> {
  const { kinds, isSo, moves = [] } = options;
  const { settleSeconds, retrySeconds } = run.settings.waits;
  await pollUntil<true>({
    what,
    intervalMs: retrySeconds * 1000,
    deadlineMs: settleSeconds * 1000,
    signal: run.signal,
    check: async () => {
      for (const kind of kinds) {
        try {
          run.inventory = { ...run.inventory, ...(await looks[kind](run, run.leaseId, run.settings)) };
        } catch (error) {
          throw isThrottling(error) || isTransient(error) ? error : explain(error, looking);
        }
      }
      if (isSo(run.inventory)) {
        return true;
      }
      await make(run, moves);
      return undefined;
    },
  });
}

export interface AttemptOptions<T> {
  /** The call; `undefined` has it made again. It reads the run's inventory each time. */
  readonly act: () => Promise<T | undefined>;
  /**
   * Errors that mean "not yet", by their codes or by a look at them: the call is made again until `settleSeconds` are
   * over.
   */
  readonly notYet?: readonly string[] | ((error: unknown) => boolean);
  /** What to look at before the call is made again: the call may have been carried out and only its answer lost. */
  readonly lookFirst?: Kind;
}

/** Makes a call until AWS can carry it out. Throttling and broken connections are retried in any case. */
export function attempt<T>(run: Run, what: string, { act, notYet = [], lookFirst }: AttemptOptions<T>): Promise<T> {
  const { settleSeconds, retrySeconds } = run.settings.waits;
  const isNotYet = (error: unknown) =>
    typeof notYet === "function" ? notYet(error) : notYet.includes(errorCode(error));
  let first = true;
  return pollUntil<T>({
    what,
    intervalMs: retrySeconds * 1000,
    deadlineMs: settleSeconds * 1000,
    signal: run.signal,
    check: async (report) => {
      if (!first && lookFirst !== undefined) {
        run.inventory = { ...run.inventory, ...(await looks[lookFirst](run, run.leaseId, run.settings)) };
      }
      first = false;
      try {
        return await act();
      } catch (error) {
        if (isNotYet(error)) {
          report(errorMessage(error));
          return undefined;
        }
        throw error;
      }
    },
  });
}

/** Makes a call that takes something away; it being gone already, by one of the codes given, is success. */
export async function takeAway(
  run: Run,
  what: string,
  options: { act: () => Promise<unknown>; gone: readonly string[]; notYet?: readonly string[] },
): Promise<void> {
  await attempt<true>(run, what, {
    notYet: options.notYet,
    act: async () => {
      try {
        await options.act();
      } catch (error) {
        if (!options.gone.includes(errorCode(error))) {
          throw error;
        }
      }
      return true;
    },
  });
}

/** The tags an object is made with: whose it is, and what it is called in the console. */
export function tagsFor(run: Run, type: ResourceType): TagSpecification[] {
  const tags = { Name: run.leaseId, ...run.settings.tags, [leaseTag]: run.leaseId };
  return [{ ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
}

/** The id in an answer. */
export function idIn(id: string | undefined): string {
  if (id === undefined) {
    throw new Error("AWS answered without the id of what it made");
  }
  return id;
}
