import { resolve } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { Deployment } from "./awsFunctions";
import { ConstructedResources } from "./constructedResources";
import { drain, heldResources } from "./drain";
import type { Evaluation } from "./evaluation";
import { Placeholders } from "./placeholders";
import { ErrorCollector } from "./programErrors";
import { skipProviderCode } from "./providerCode";
import { RecordingMonitor } from "./recordingMonitor";
import { readStackSettings } from "./stackSettings";
import { Transforms } from "./transforms";

/** How to evaluate a program. */
export interface EvaluationSettings {
  readonly project: string;
  readonly stack: string;
  /**
   * Configuration by full key, such as `aws:region`; values as the Pulumi CLI hands them on, so objects as JSON text.
   */
  readonly config: Readonly<Record<string, string>>;
  /**
   * Tells the program that this is a preview: outputs which AWS makes are then unknown, as in `pulumi preview`.
   * @default false, so that everything built of such outputs can be looked at
   */
  readonly preview?: boolean;
  /**
   * Milliseconds after which an evaluation gives up waiting for timers, files and sockets of the program.
   * @default 10000
   */
  readonly deadlineMs?: number;
}

let running = false;

/**
 * Runs a Pulumi program without AWS and without the Pulumi CLI, and returns what it told the engine. Works any number
 * of times in one process, one after the other. The code of dynamic providers is left out and not looked at.
 *
 * @param program makes the resources; what it returns are the stack's outputs
 */
export async function evaluateProgram(program: () => unknown, settings: EvaluationSettings): Promise<Evaluation> {
  if (running) {
    throw new Error("evaluateProgram: another evaluation is running, and Pulumi's runtime has one state a process");
  }
  running = true;
  const errors = new ErrorCollector();
  errors.start();
  const restoreProviderCode = skipProviderCode();
  try {
    return await evaluate(program, settings, errors);
  } finally {
    // Node tells of rejections that were looked at late in a turn of their own.
    await new Promise(setImmediate);
    errors.stop();
    restoreProviderCode();
    // Pulumi's runtime would report, at the end of the process, promises of this program which never settled.
    pulumi.runtime.resetOptions("", "", -1, "", "", false, "");
    running = false;
  }
}

async function evaluate(
  program: () => unknown,
  { project, stack, config, preview = false, deadlineMs = 10_000 }: EvaluationSettings,
  errors: ErrorCollector,
): Promise<Evaluation> {
  const constructed = new ConstructedResources();
  const deployment: Deployment = { region: config["aws:region"] ?? "us-east-1", placeholders: new Placeholders() };
  const transforms = new Transforms();
  const monitor = new RecordingMonitor(stack, project, deployment, transforms, (type, name) =>
    constructed.undeclared(type, name),
  );
  pulumi.runtime.setMockOptions(monitor, project, stack, preview, "organization");
  transforms.install();
  pulumi.runtime.setAllConfig({ ...config });

  // A turn first: mocha sets a test's timer after it has called the test.
  await new Promise(setImmediate);
  const heldBefore = heldResources();
  let ended = false;
  pulumi.runtime
    .runInPulumiStack(async () => {
      pulumi.runtime.registerStackTransformation((args) => constructed.observe(args));
      return program();
    })
    .catch((reason) => errors.take(reason))
    .finally(() => {
      ended = true;
    });

  const progress = {
    activity: () => monitor.activity + constructed.count + errors.count + (ended ? 1 : 0),
    pending: () => !ended || monitor.resources.length < constructed.count + 1,
  };
  await drain(progress, heldBefore, deadlineMs);

  const order = await constructed.orderByUrn();
  const resources = [...monitor.resources]
    .sort((a, b) => (order.get(a.urn) ?? -1) - (order.get(b.urn) ?? -1))
    .flatMap((resource) => [resource, ...(monitor.madeElsewhere.get(resource.urn) ?? [])]);
  return {
    project,
    stack,
    config,
    resources,
    outputs: resources.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs ?? {},
    errors: [
      ...monitor.errors.map(({ resource, error }) => ({ resource, message: error.message, cause: error })),
      ...(await constructed.explain(errors.list(), ended)),
    ],
    placeholders: deployment.placeholders,
  };
}

/**
 * Evaluates the project's program for one stack, with the configuration the Pulumi CLI would give it. The program's
 * entry point runs anew each time; the modules it imports stay loaded, so they must not read configuration while they
 * load. Throws `StackSettingsError` when the stack or its files cannot be read.
 *
 * @param projectDir folder of `Pulumi.yaml`
 */
export async function evaluateStack(stack: string, projectDir = resolve(__dirname, "../..")): Promise<Evaluation> {
  const { project, entryPoint, config } = readStackSettings(stack, projectDir);
  return evaluateProgram(
    async () => {
      delete require.cache[require.resolve(entryPoint)];
      const exported: unknown = require(entryPoint);
      // As Pulumi does: a program may export a function which makes the resources and returns the outputs.
      return typeof exported === "function" ? exported() : exported;
    },
    { project, stack, config },
  );
}
