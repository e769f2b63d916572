import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { errorMessage } from "../dynamicProvider/awsErrors";
import { plainJson } from "../dynamicProvider/partialFailure";
import { awaitDeployment, type DeploymentInputs, defaultDeploymentWaits } from "./awaitDeployment";

async function awaited(inputs: DeploymentInputs): Promise<DeploymentInputs> {
  try {
    await awaitDeployment(inputs);
  } catch (error) {
    // A plain Error, because the host loses the message of its subclasses. Nothing was made, so nothing is to be saved.
    throw new Error(errorMessage(error));
  }
  return plainJson(inputs);
}

/**
 * Provider of a resource that stands for an event: it is created, or updated, when ECS has completed a deployment.
 * Region and profile are inputs, because the host may call a method before `configure` is through.
 */
export const serviceDeploymentProvider: pulumi.dynamic.ResourceProvider<DeploymentInputs, DeploymentInputs> = {
  async check(_olds, news) {
    return { inputs: news, failures: [] };
  },

  /** Compares inputs only, never code: whatever has changed, the deployment that follows from it is awaited. */
  async diff(_id, olds, news) {
    const names = Object.keys({ ...olds, ...news }).filter(
      (name) => name !== "__provider",
    ) as (keyof DeploymentInputs)[];
    const changed = names.filter((name) => name !== "waits" && !isDeepStrictEqual(olds[name], news[name]));
    return {
      changes: changed.length > 0,
      replaces: changed.filter((name) => name === "region" || name === "cluster" || name === "service"),
    };
  },

  async create(inputs) {
    return { id: inputs.service, outs: await awaited(inputs) };
  },

  /** Answers what is known: what became of the service later, its own resource notices. */
  async read(id, properties) {
    return { id, props: properties };
  },

  async update(_id, _olds, news) {
    return { outs: await awaited(news) };
  },

  /** There is nothing to delete: waiting made no object. */
  async delete() {},
};

/** Arguments of {@link ServiceDeployment}, any of which may come from another resource. */
export type ServiceDeploymentArgs = {
  readonly [name in keyof Omit<DeploymentInputs, "waits">]: pulumi.Input<DeploymentInputs[name]>;
};

/**
 * Is created, and updated, at the moment when ECS has completed the deployment of a service; it fails when ECS has
 * rolled back to what ran before, or has given up. Depend on it, or on the component it is part of, to come after that.
 * It makes nothing in AWS.
 */
export class ServiceDeployment extends pulumi.dynamic.Resource {
  constructor(name: string, args: ServiceDeploymentArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, waits: defaultDeploymentWaits };
    super(serviceDeploymentProvider, name, inputs, opts, "traced-fargate", "ServiceDeployment");
  }
}
