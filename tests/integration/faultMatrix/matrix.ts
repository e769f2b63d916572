import { type FaultKind, faultKinds } from "./faultGate";
import { type Phase, type PhaseName, recordPhases } from "./phases";
import { type KnownEndings, type Outcome, play } from "./scenario";
import { serializeProviders } from "./stack";
import { shareOut, Worker } from "./worker";

/** A fault in a phase. */
export interface PlannedFault {
  readonly phase: Phase;
  readonly call: string;
  readonly kind: FaultKind;
}

/** Every kind of fault at every call of every phase. */
export function everything(phases: readonly Phase[]): PlannedFault[] {
  return phases.flatMap((phase) =>
    phase.calls.flatMap((call) => faultKinds.map((kind): PlannedFault => ({ phase, call, kind }))),
  );
}

/** Goes once through a stack's life to learn its calls, chooses faults among them, and plays the scenarios of each. */
export async function playMatrix(
  names: readonly PhaseName[],
  choose: (phases: readonly Phase[]) => PlannedFault[],
  parallel: number,
): Promise<{ phases: Phase[]; outcomes: Outcome[] }> {
  const providers = await serializeProviders();
  const workers = await Promise.all(Array.from({ length: parallel }, () => Worker.start(providers)));
  try {
    const [first] = workers as [Worker, ...Worker[]];
    const phases = await recordPhases(first, names);
    const known: KnownEndings = new Map();
    const played = await shareOut(workers, choose(phases), (worker, { phase, call, kind }) =>
      play(worker, phase, { call, kind }, known),
    );
    return { phases, outcomes: played.flat() };
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}
