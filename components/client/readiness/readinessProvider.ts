import { isDeepStrictEqual } from "node:util";
import type * as pulumi from "@pulumi/pulumi";
import { errorMessage } from "../../dynamicProvider/awsErrors";
import { locationOf } from "../../dynamicProvider/awsLocation";
import { plainJson } from "../../dynamicProvider/partialFailure";
import { checkFailures } from "../../problem";
import { type ReadinessInputs, readinessInputNames, readinessInputProblems } from "./readinessInputs";
import { type Observation, waitUntilReady } from "./waitUntilReady";

/** What Pulumi keeps of a client that was found ready. Nothing in it changes by itself, so a refresh sees no drift. */
export interface ReadinessOutputs extends ReadinessInputs, Observation {}

function inputsOf(properties: ReadinessInputs): ReadinessInputs {
  const { instanceId, deadlineSeconds, pollIntervalSeconds } = properties;
  return { ...locationOf(properties), instanceId, deadlineSeconds, pollIntervalSeconds };
}

/**
 * Provider of a resource that stands for an event rather than for an object: it is created when the load client has
 * become ready. Whatever depends on it comes after that moment.
 *
 * Where to call AWS and as whom are inputs, because the host may call a method before `configure` is through.
 */
export const readinessProvider: pulumi.dynamic.ResourceProvider<ReadinessInputs, ReadinessOutputs> = {
  async check(_olds, news) {
    return { inputs: news, failures: checkFailures(readinessInputProblems(news)) };
  },

  /**
   * Compares inputs only, never code. Another instance has to become ready itself; the other inputs say how to ask, and
   * changing them asks nobody again. A changed user data replaces the instance, and so this resource with it.
   */
  async diff(_id, olds, news) {
    const changed = readinessInputNames.filter((name) => !isDeepStrictEqual(olds[name], news[name]));
    return {
      changes: changed.length > 0,
      replaces: changed.filter((name) => name === "instanceId" || name === "region"),
    };
  },

  async create(inputs) {
    try {
      const observation = await waitUntilReady(inputs);
      return { id: inputs.instanceId, outs: plainJson({ ...inputsOf(inputs), ...observation }) };
    } catch (error) {
      // A plain Error, because the host loses the message of its subclasses. Nothing was made, so nothing is to be
      // saved.
      throw new Error(`load client ${inputs.instanceId} is not ready: ${errorMessage(error)}`);
    }
  },

  /**
   * Answers what is known without asking AWS: the client was ready once, and that stays true when it is stopped later.
   * Should the instance be gone, its own resource notices, and the one made in its place has another id.
   */
  async read(id, properties) {
    return { id, props: properties };
  },

  async update(_id, olds, news) {
    return { outs: plainJson({ ...inputsOf(news), agentVersion: olds.agentVersion, abVersion: olds.abVersion }) };
  },

  /** There is nothing to delete: waiting made no object. The instance is deleted by its own resource. */
  async delete() {},
};
