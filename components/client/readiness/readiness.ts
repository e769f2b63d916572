import * as pulumi from "@pulumi/pulumi";
import type { AwsLocationArgs } from "../../dynamicProvider/awsLocation";
import type { ReadinessInputs } from "./readinessInputs";
import { readinessProvider } from "./readinessProvider";

/** Arguments of {@link LoadClientReadiness}: the inputs of the check, of which the instance may not exist yet. */
export interface LoadClientReadinessArgs extends AwsLocationArgs, Omit<ReadinessInputs, "accountId" | "instanceId"> {
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
