import assert from "node:assert/strict";
import { type Phase, phaseNames, recordPhases } from "./phases";
import { type KnownEndings, play } from "./scenario";
import { serializeProviders } from "./stack";
import { type Fault, faultKinds, Worker } from "./worker";

/** How many scenarios are played at once. */
const parallel = 3;

describe("every fault at every call of the temporary NAT gateway", () => {
  const played: { phase: Phase; fault: Fault; problems: string[] }[] = [];

  before(async function () {
    this.timeout(3_600_000);
    const started = Date.now();
    const providers = await serializeProviders();
    const workers = await Promise.all(Array.from({ length: parallel }, () => Worker.start(providers)));
    const [first] = workers as [Worker, ...Worker[]];
    const phases = await recordPhases(first);
    const left = phases
      .flatMap((phase) => phase.calls.flatMap((call) => faultKinds.map((kind) => ({ phase, fault: { call, kind } }))))
      .values();
    const known: KnownEndings = new Map();
    const work = async (worker: Worker) => {
      for (const { phase, fault } of left) {
        played.push({ phase, fault, problems: await play(worker, phase, fault, known) });
      }
      await worker.stop();
    };
    await Promise.all(workers.map(work));
    const calls = phases.map(({ name, calls: { length } }) => `${name} ${length}`).join(", ");
    const seconds = Math.round((Date.now() - started) / 1000);
    console.log(`      calls: ${calls}; ${played.length} faults, ${known.size} endings in ${seconds} s`);
  });

  for (const name of phaseNames) {
    for (const kind of faultKinds) {
      it(`${name}: leaves nothing, and is recovered from, after ${kind}`, () => {
        const faults = played.filter(({ phase, fault }) => phase.name === name && fault.kind === kind);
        assert.ok(faults.length > 0);
        const problems = faults.flatMap((each) => each.problems.map((problem) => `${each.fault.call}: ${problem}`));
        assert.deepEqual(problems, []);
      });
    }
  }
});
