import { isTakenByEvaluation } from "../tools/evaluation/programErrors";

// Stacks name lines of the source. As a flag of Node.js it would make mocha start a second process for each run.
process.setSourceMapsEnabled(true);

// Texts are compared without colours, also when a runner of several commands asks for them.
delete process.env.FORCE_COLOR;

/**
 * Mocha passes a test during which a promise was rejected and nobody handled it, such as that of a throwing `apply`. So
 * every such rejection is remembered from the moment this module loads, and fails the test it came to light in.
 */
const unhandled = new Set<unknown>();
process.on("unhandledRejection", (reason) => unhandled.add(reason));

/** How long a process may be kept by what a test has left behind, in milliseconds. */
const patienceMs = 30_000;

/** Ends a run whose tests are over: a process or a connection that one of them has left would keep it forever. */
function endRun(): void {
  console.error(`The tests are over, but something keeps the run: ${process.getActiveResourcesInfo().join(", ")}`);
  // Mocha sets the exit code by the tests as the process exits.
  process.on("exit", () => {
    process.exitCode = 1;
  });
  process.exit();
}

export function mochaGlobalTeardown(): void {
  setTimeout(endRun, patienceMs).unref();
}

export const mochaHooks: Mocha.RootHookObject = {
  async afterEach() {
    // Node announces an unhandled rejection once the microtasks are done.
    await new Promise(setImmediate);
    const [first] = [...unhandled].filter((reason) => !isTakenByEvaluation(reason));
    unhandled.clear();
    if (first !== undefined) {
      throw first instanceof Error ? first : new Error(`unhandled rejection: ${String(first)}`);
    }
  },
};
