import type { EC2, ResourceType, TagSpecification } from "@aws-sdk/client-ec2";
import { connectEc2 } from "../dynamicProvider/awsClient";
import { errorCode, errorMessage } from "../dynamicProvider/awsErrors";
import { type Interruption, interruptedError, watchInterruption } from "../dynamicProvider/interruption";
import { pollUntil } from "../dynamicProvider/poll";
import { type Inventory, type Kind, looks } from "./inventory";
import { type LeaseSettings, leaseTag } from "./leaseInputs";
import { explain } from "./remedies";

/** One run over the steps: what it works with, and what it knows to be there. */
export interface Run {
  readonly ec2: EC2;
  readonly leaseId: string;
  readonly settings: LeaseSettings;
  readonly interruption: Interruption;
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

export type Direction = "open" | "close";

/** A step and the way it is gone. */
export interface Move {
  readonly direction: Direction;
  readonly step: Step;
}

/**
 * Connects to AWS, looks at all there is of the lease, and hands it to `work`; afterwards, SIGINT ends the process again.
 * Nothing is changed before `work` starts.
 */
export async function withRun<T>(settings: LeaseSettings, leaseId: string, work: (run: Run) => Promise<T>): Promise<T> {
  const interruption = watchInterruption();
  const ec2 = await connectEc2(settings);
  const nothing: Inventory = {
    internetGateways: [],
    addresses: [],
    natGateways: [],
    otherNatGateways: [],
    defaultRoutes: [],
    egressRules: [],
  };
  const run: Run = { ec2, leaseId, settings, interruption, inventory: nothing };
  try {
    await survey(run);
    return await work(run);
  } finally {
    interruption.stop();
    ec2.destroy();
  }
}

/** Makes the moves in their order. SIGINT ends the run before the next one. */
export async function make(run: Run, moves: readonly Move[]): Promise<void> {
  for (const { direction, step } of moves) {
    const doing = direction === "open" ? `making the ${step.title}` : `taking away the ${step.title}`;
    if (run.interruption.requested()) {
      throw interruptedError(doing);
    }
    try {
      await step[direction](run);
    } catch (error) {
      throw explain(error, doing);
    }
  }
}

/** Looks at every kind of object and notes what is there. */
async function survey(run: Run): Promise<void> {
  try {
    await Promise.all((Object.keys(looks) as Kind[]).map((kind) => lookAt(run, kind)));
  } catch (error) {
    throw explain(error, "looking for what there is of the lease");
  }
}

async function lookAt(run: Run, kind: Kind): Promise<void> {
  const seen = await attempt(run, `EC2 to answer about ${kind}`, {
    act: () => looks[kind](run.ec2, run.leaseId, run.settings),
  });
  run.inventory = { ...run.inventory, ...seen };
}

export interface AttemptOptions<T> {
  /** The call; `undefined` has it made again. It reads the run's inventory each time. */
  readonly act: () => Promise<T | undefined>;
  /** Codes that mean "not yet": the call is made again until `settleSeconds` are over. */
  readonly notYet?: readonly string[];
  /** What to look at before the call is made again: the call may have been carried out and only its answer lost. */
  readonly lookFirst?: Kind;
}

/** Makes a call until AWS can carry it out. Throttling and broken connections are retried in any case. */
export function attempt<T>(run: Run, what: string, { act, notYet = [], lookFirst }: AttemptOptions<T>): Promise<T> {
  const { settleSeconds, retrySeconds } = run.settings.waits;
  let first = true;
  return pollUntil<T>({
    what,
    intervalMs: retrySeconds * 1000,
    deadlineMs: settleSeconds * 1000,
    interruption: run.interruption,
    check: async (report) => {
      if (!first && lookFirst !== undefined) {
        run.inventory = { ...run.inventory, ...(await looks[lookFirst](run.ec2, run.leaseId, run.settings)) };
      }
      first = false;
      try {
        return await act();
      } catch (error) {
        if (notYet.includes(errorCode(error))) {
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
