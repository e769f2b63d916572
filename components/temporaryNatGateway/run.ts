import type { EventEmitter } from "node:events";
import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import { assertAccount, connectEc2, connectScheduler } from "../dynamicProvider/awsClient";
import { errorCode, errorMessage, explain } from "../dynamicProvider/awsErrors";
import { pollUntil, type Report, withInterruption } from "../dynamicProvider/pollUntil";
import { allKinds, type ConnectedLease, type Inventory, type Kind, looks, nothingFound } from "./inventory";
import type { Lease } from "./settings";

/** One run over the steps: what it works with, and what it knows to be there. */
export interface Run extends ConnectedLease {
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

/**
 * Connects to AWS for as long as `work` takes, which starts with an empty inventory; afterwards, SIGINT ends the
 * process again.
 */
export async function withClients<T>(
  { leaseId, tagKey, settings }: Lease,
  work: (run: Run) => Promise<T>,
  engine?: EventEmitter,
): Promise<T> {
  return withInterruption(async (signal) => {
    const [ec2, scheduler] = await Promise.all([connectEc2(settings), connectScheduler(settings)]);
    try {
      return await work({ ec2, scheduler, leaseId, tagKey, settings, signal, inventory: nothingFound });
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
export function withInventory<T>(lease: Lease, work: (run: Run) => Promise<T>, engine?: EventEmitter) {
  const lookAndWork = async (run: Run) => {
    await assertAccount(run.settings).catch((error) => {
      throw explain(error, "comparing the account of the credentials with the stack's");
    });
    await look(run, allKinds);
    return work(run);
  };
  return withClients(lease, lookAndWork, engine);
}

/**
 * Looks at these kinds of objects, all at once, and notes what is there. When one look fails, the others still end
 * first.
 */
export async function look(run: Run, kinds: readonly Kind[]): Promise<void> {
  const looked = await Promise.allSettled(
    kinds.map((kind) => attempt(run, `AWS to answer about ${kind}`, { act: () => lookOnce(run, kind) })),
  );
  for (const outcome of looked) {
    if (outcome.status === "rejected") {
      throw explain(outcome.reason, "looking for what there is of the lease");
    }
  }
}

async function lookOnce(run: Run, kind: Kind): Promise<void> {
  const seen = await looks[kind](run);
  run.inventory = { ...run.inventory, ...seen };
}

interface LookUntilOptions {
  /** What to look at. */
  readonly kinds: readonly Kind[];
  /** Whether all is as awaited. */
  readonly isSo: (inventory: Inventory) => boolean;
  /** What to do when it is not. @default nothing: it comes by itself */
  readonly otherwise?: () => Promise<void>;
}

/**
 * Looks at these kinds of objects, one after the other, until AWS shows what is awaited. What it shows may be older
 * than the latest calls: https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html
 */
export function lookUntil(run: Run, what: string, { kinds, isSo, otherwise }: LookUntilOptions): Promise<true> {
  return settle<true>(run, what, async () => {
    for (const kind of kinds) {
      await look(run, [kind]);
    }
    if (isSo(run.inventory)) {
      return true;
    }
    await otherwise?.();
    return undefined;
  });
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

/** Makes a call until AWS can carry it out. Throttling and broken connections are retried in any case. */
export async function attempt<T>(
  run: Run,
  what: string,
  { act, notYet = [], lookFirst }: AttemptOptions<T>,
): Promise<T> {
  let first = true;
  const { value } = await settle<{ value: T }>(run, what, async (report) => {
    if (!first && lookFirst !== undefined) {
      await lookOnce(run, lookFirst);
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

/** A call that takes something away; it being gone already, by one of the codes given, is success. */
export function unlessGone(codes: readonly string[], call: () => Promise<unknown>): () => Promise<void> {
  return async () => {
    try {
      await call();
    } catch (error) {
      if (!codes.includes(errorCode(error))) {
        throw error;
      }
    }
  };
}

function settle<T>(run: Run, what: string, check: (report: Report) => Promise<T | undefined>): Promise<T> {
  const { settleSeconds, retrySeconds } = run.settings.waits;
  const [intervalMs, deadlineMs] = [retrySeconds * 1000, settleSeconds * 1000];
  return pollUntil<T>({ what, intervalMs, deadlineMs, signal: run.signal, check });
}

/** The tags an object is made with: whose it is, and what it is called in the console. */
export function tagsFor({ leaseId, tagKey, settings }: Run, type: ResourceType): TagSpecification[] {
  const tags = { Name: leaseId, ...settings.tags, [tagKey]: leaseId };
  return [{ ResourceType: type, Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }];
}

/** The id in an answer. */
export function idIn(id: string | undefined): string {
  if (id === undefined) {
    throw new Error("AWS answered without the id of what it made");
  }
  return id;
}
