import * as pulumi from "@pulumi/pulumi";
import { errorMessage } from "../../dynamicProvider/awsErrors";
import { type AwsLocationArgs, locationEffects } from "../../dynamicProvider/awsLocation";
import { diffInputs, type InputEffects, pickInputs, plainJson } from "../../dynamicProvider/dynamicResource";
import { checkFailures, type Problem } from "../../problem";
import { type ReadinessInputs, waitUntilReady } from "./waitUntilReady";

/** What Pulumi keeps of a client that was found ready. Nothing in it changes by itself, so a refresh sees no drift. */
type ReadinessOutputs = ReadinessInputs & Awaited<ReturnType<typeof waitUntilReady>>;

/**
 * Another instance has to become ready itself; the other inputs say how to ask, and changing them asks nobody again. A
 * changed user data replaces the instance, and so this resource with it.
 */
const effects: InputEffects<ReadinessInputs> = {
  ...locationEffects,
  instanceId: "replace",
  deadlineSeconds: "update",
  pollIntervalSeconds: "update",
};

/** What is wrong with the two durations; empty when all is well. */
export function durationProblems(inputs: Pick<ReadinessInputs, "deadlineSeconds" | "pollIntervalSeconds">): Problem[] {
  return (["deadlineSeconds", "pollIntervalSeconds"] as const)
    .filter((property) => !(Number.isFinite(inputs[property]) && inputs[property] > 0))
    .map((property) => ({
      property,
      wrong: `must be a number of seconds greater than 0, not ${String(inputs[property])}`,
    }));
}

/**
 * Provider of a resource that stands for an event rather than for an object: it is created when the load client has
 * become ready. Whatever depends on it comes after that moment.
 *
 * It reads and deletes nothing: waiting made no object, and that the client was ready once stays true when it is
 * stopped. Should the instance be gone, its own resource notices, and the one made in its place has another id.
 *
 * Where to call AWS and as whom are inputs, because the host may call a method before `configure` is through.
 */
export const readinessProvider = {
  async check(_olds, news) {
    return { inputs: news, failures: checkFailures(durationProblems(news)) };
  },

  async diff(_id, olds, news) {
    return diffInputs(effects, olds, news);
  },

  async create(inputs) {
    try {
      const observation = await waitUntilReady(inputs);
      return { id: inputs.instanceId, outs: plainJson({ ...pickInputs(effects, inputs), ...observation }) };
    } catch (error) {
      // A plain Error, because the host loses the message of its subclasses. Nothing was made, so nothing is to be
      // saved.
      throw new Error(`load client ${inputs.instanceId} is not ready: ${errorMessage(error)}`);
    }
  },

  async update(_id, { agentVersion, abVersion }, news) {
    return { outs: plainJson({ ...pickInputs(effects, news), agentVersion, abVersion }) };
  },
} satisfies pulumi.dynamic.ResourceProvider<ReadinessInputs, ReadinessOutputs>;

/** Arguments of {@link LoadClientReadiness}: the inputs of the check, of which the instance may not exist yet. */
interface LoadClientReadinessArgs extends AwsLocationArgs, Omit<ReadinessInputs, "accountId" | "instanceId"> {
  /** Id of the instance, `i-…`. */
  readonly instanceId: pulumi.Input<string>;
}

/**
 * Is created at the moment when a load client has become ready: online in Systems Manager, cloud-init done, `ab` there.
 * Depend on it to come after that. It makes nothing in AWS, and is replaced with the instance.
 */
export class LoadClientReadiness extends pulumi.dynamic.Resource {
  /** Version of the SSM Agent when the client became ready. */
  declare readonly agentVersion: pulumi.Output<string>;
  /** Version of Apache Bench when the client became ready. */
  declare readonly abVersion: pulumi.Output<string>;

  constructor(name: string, args: LoadClientReadinessArgs, opts?: pulumi.CustomResourceOptions) {
    const observed = { agentVersion: undefined, abVersion: undefined };
    super(readinessProvider, name, { ...args, ...observed }, opts, "traced-fargate", "LoadClientReadiness");
  }
}
