import { errorMessage, explain } from "../dynamicProvider/awsErrors";
import { interruptedError, withInterruption } from "../dynamicProvider/pollUntil";
import { allKinds, isReleased } from "./inventory";
import { lookUntil, type Run, type Step, withInventory } from "./run";
import type { Lease } from "./settings";
import { privateRoutes, publicRoute } from "./steps/defaultRoutes";
import { egressRules } from "./steps/egressRules";
import { internetGateway } from "./steps/internetGateway";
import { address, natGateway } from "./steps/natGateway";

/** What has to be there before anybody can reach the internet, in the order of making it: each needs the one before. */
export const gateway: readonly Step[] = [internetGateway, publicRoute, address, natGateway];

/** What lets the private subnets use it. */
export const reach: readonly Step[] = [privateRoutes, egressRules];

export const allSteps: readonly Step[] = [...gateway, ...reach];

/** Makes what these steps make, in their order. SIGINT ends the run before the next one. */
export async function open(run: Run, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    await take(run, `making the ${step.title}`, step.open);
  }
}

/** Takes away what these steps make, backwards. SIGINT ends the run before the next one. */
export async function close(run: Run, steps: readonly Step[]): Promise<void> {
  for (const step of [...steps].reverse()) {
    await take(run, `taking away the ${step.title}`, step.close);
  }
}

async function take(run: Run, doing: string, work: (run: Run) => Promise<void>): Promise<void> {
  if (run.signal.aborted) {
    throw interruptedError(doing);
  }
  try {
    await work(run);
  } catch (error) {
    throw explain(error, doing);
  }
}

/**
 * Undoes work that failed; the error then says what came of that. After SIGINT as well: these are a few short calls, or
 * the beginning of a deletion, and without them what runs would be cut off, or something would cost money for ever.
 */
export async function undo(
  run: Run,
  cause: unknown,
  work: (run: Run) => Promise<void>,
  said: { readonly done: string; readonly failed: string },
): Promise<Error> {
  try {
    await withInterruption((signal) => work({ ...run, signal }));
    return new Error(`${errorMessage(cause)} (${said.done})`);
  } catch (error) {
    return new Error(`${errorMessage(cause)} (${said.failed}: ${errorMessage(error)})`);
  }
}

/** Deletes what AWS still shows of the lease, until it shows nothing. */
export async function closeUntilReleased(run: Run): Promise<void> {
  await lookUntil(run, "AWS to show nothing of the lease any more", {
    kinds: allKinds,
    isSo: isReleased,
    otherwise: () => close(run, allSteps),
  });
}

/**
 * Takes away whatever carries the lease's tag or name, however far it was opened or released. When there is nothing, it
 * is one look at each kind of object.
 */
export async function sweep(lease: Lease): Promise<void> {
  await withInventory(lease, async (run) => {
    if (!isReleased(run.inventory)) {
      await close(run, allSteps);
      await closeUntilReleased(run);
    }
  });
}
