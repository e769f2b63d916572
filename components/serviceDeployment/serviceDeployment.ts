import * as pulumi from "@pulumi/pulumi";
import { errorMessage } from "../dynamicProvider/awsErrors";
import { locationEffects } from "../dynamicProvider/awsLocation";
import { diffInputs, type InputEffects, plainJson } from "../dynamicProvider/dynamicResource";
import { awaitDeployment, type DeploymentInputs, defaultDeploymentWaits } from "./awaitDeployment";

/** Whatever has changed of a service, the deployment that follows from it is awaited. */
const effects: InputEffects<DeploymentInputs> = {
  ...locationEffects,
  cluster: "replace",
  service: "replace",
  taskDefinition: "update",
  subnetIds: "update",
  securityGroupIds: "update",
  minTaskCount: "update",
  waits: "nothing",
};

async function outputsOnceDeployed(inputs: DeploymentInputs): Promise<DeploymentInputs> {
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
 * There is nothing to read or to delete: waiting made no object, and what became of the service later, its own resource
 * notices. Region and profile are inputs, because the host may call a method before `configure` is through.
 */
export const serviceDeploymentProvider = {
  async diff(_id, olds, news) {
    return diffInputs(effects, olds, news);
  },

  async create(inputs) {
    return { id: inputs.service, outs: await outputsOnceDeployed(inputs) };
  },

  async update(_id, _olds, news) {
    return { outs: await outputsOnceDeployed(news) };
  },
} satisfies pulumi.dynamic.ResourceProvider<DeploymentInputs, DeploymentInputs>;

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
