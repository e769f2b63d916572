import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsLocationArgs, locationOf } from "../dynamicProvider/awsLocation";
import { policyJson, trustPolicy } from "../iam";
import { NatGatewayLease, NatGatewayLeaseSafeguard } from "./lease";
import { NatGatewayRelease, type Proof } from "./release";
import { defaultWaits, leaseIdOf, type NetworkArgs } from "./settings";

/**
 * A lease's name from the URN of its component: project, stack and name. A component inside others adds their types, so
 * that two of the same name stay apart.
 */
function leaseNameOf(urn: string): string {
  const [prefix = "", project = "", types = "", ...name] = urn.split("::");
  const outer = types.split("$").slice(0, -1);
  return [project, prefix.split(":").pop() ?? "", ...outer, name.join("::")]
    .join("/")
    .replace(/[^A-Za-z0-9 _.:/=+@-]/g, "-");
}

export interface TemporaryNatGatewayArgs extends AwsLocationArgs {
  /**
   * Key of the tag by which it finds what it has made, such as `my-project:lease`. With another key it finds nothing of
   * what was made before, so change it only while nothing is open.
   */
  tagKey: string;
  /** Other tags of what it makes. @default none */
  tags?: Readonly<Record<string, string>>;
  /** Where the NAT gateway is put, and for whom. */
  network: NetworkArgs;
  /**
   * Whatever must be fetched through the NAT gateway, such as an image's name: when a value changes, the next `pulumi
   * up` makes the NAT gateway again, and deletes it when it is done.
   */
  reopenWhen: Record<string, pulumi.Input<string>>;
  /**
   * Minutes after which EventBridge Scheduler deletes the NAT gateway, should `pulumi up` be killed and never run
   * again, at least 60; 0 for never. A deployment that takes longer loses its NAT gateway. The Elastic IP address is
   * released half an hour later. The rest costs nothing, and is deleted by the next `pulumi up` or `pulumi destroy`.
   * @default 120
   */
  deadlineMinutes?: number;
  /**
   * ARN of a standard SQS queue in the same account and region, not encrypted with a KMS key of one's own, which gets a
   * message when EventBridge Scheduler could not do this. Changing it opens nothing.
   * @default none, and nobody is told
   */
  deadLetterQueueArn?: string;
  /**
   * Deadlines and intervals, in seconds. Changing them opens nothing.
   * @default 600 for a NAT gateway to become available, 900 for it to be deleted, 180 for calls AWS cannot carry out
   * yet, 5 between looks at its state, 2 before another attempt: {@link defaultWaits}
   */
  waits?: Partial<typeof defaultWaits>;
}

/**
 * Internet access for private subnets, only while `pulumi up` needs it: it is there once `open` is created, and gone
 * once the release is.
 *
 * It makes and deletes the internet gateway, the Elastic IP address, the NAT gateway and the default routes by itself,
 * because Pulumi cannot delete a resource in the middle of an update which it has to make at the beginning of it.
 *
 * A role for the dead man's switch and a safeguard for a killed first opening are made before, and stay.
 *
 * Cost: a NAT gateway costs $0.045 for each hour begun and $0.045 for each GB, its address $0.005 an hour (us-east-1,
 * 2026-04). One opening stays below an hour: about $0.05.
 */
export class TemporaryNatGateway extends pulumi.ComponentResource {
  /** Created when the private subnets reach the internet; whatever needs that depends on this. */
  readonly open: NatGatewayLease;
  private release: NatGatewayRelease | undefined;

  constructor(
    private readonly componentName: string,
    private readonly args: TemporaryNatGatewayArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { deadlineMinutes = 120, deadLetterQueueArn: deadLetterArn } = args;
    // One service may take 20 minutes to become steady, and what depends on it comes after.
    if (deadlineMinutes !== 0 && !(Number.isFinite(deadlineMinutes) && deadlineMinutes >= 60)) {
      throw new Error(`${componentName}: \`deadlineMinutes\` must be 0, or at least 60, not ${deadlineMinutes}`);
    }
    super("traced-fargate:temporaryNatGateway:TemporaryNatGateway", componentName, {}, opts);
    // A plain promise, because an output of this component's URN would make the lease wait for all of the component's
    // children (https://www.pulumi.com/docs/iac/concepts/options/dependson/), and the release among them waits for the
    // lease.
    const leaseName = new Promise<string>((resolve) => this.urn.apply((urn) => resolve(leaseNameOf(urn))));
    const role = deadlineMinutes === 0 ? undefined : this.switchRole(leaseName);
    const deadManSwitch =
      role &&
      pulumi.output({
        afterMinutes: deadlineMinutes,
        roleArn: role.arn,
        ...(deadLetterArn === undefined ? {} : { deadLetterArn }),
      });
    const settings = { ...this.settings(), leaseName, ...(deadManSwitch === undefined ? {} : { deadManSwitch }) };
    // Deleted after the lease and before the role, without which the switch would not work.
    const safeguard = new NatGatewayLeaseSafeguard(`${componentName}-safeguard`, args.tagKey, settings, {
      parent: this,
      dependsOn: role === undefined ? [] : [role.policy],
    });
    this.open = new NatGatewayLease(
      `${componentName}-lease`,
      args.tagKey,
      { ...settings, reopenWhen: pulumi.output(args.reopenWhen) },
      { parent: this, dependsOn: safeguard },
    );
    this.registerOutputs({ natGatewayId: this.open.natGatewayId, publicIp: this.open.publicIp });
  }

  /** `released` once the release has deleted everything, `open` while there is none. */
  get status(): NatGatewayRelease["status"] {
    return this.release?.status ?? pulumi.output("open" as const);
  }

  /**
   * Has the NAT gateway deleted after these resources are done. To be called once.
   *
   * @param resources everything that needs internet access
   * @param options.proof what must be proven between cutting the private subnets off and deleting the NAT gateway; when
   * it fails, the subnets get their routes back, and the update fails with its reason
   * @returns the resource which is created when nothing of the NAT gateway is left
   */
  releaseAfter<T = unknown>(resources: pulumi.Resource[], options: { proof?: Proof<T> } = {}): NatGatewayRelease {
    if (this.release !== undefined) {
      throw new Error(`${this.componentName}: \`releaseAfter\` was called before; give it all the resources at once`);
    }
    this.release = new NatGatewayRelease(
      `${this.componentName}-release`,
      this.args.tagKey,
      {
        ...this.settings(),
        leaseId: this.open.id,
        generation: this.open.generation,
        natGatewayId: this.open.natGatewayId,
      },
      { parent: this, dependsOn: [this.open, ...resources] },
      options.proof,
    );
    return this.release;
  }

  /**
   * The role with which the dead man's switch deletes NAT gateways and releases addresses, of this lease only, and with which
   * it tells the queue, if there is one, what it could not do.
   */
  private switchRole(leaseName: Promise<string>) {
    const { accountId, region, network, tagKey, deadLetterQueueArn } = this.args;
    const name = `${this.componentName}-dead-man-switch`;
    const leaseId = pulumi
      .all([leaseName, network.vpcId])
      .apply(([given, vpcId]) => leaseIdOf({ leaseName: given, network: { vpcId } }));
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: policyJson(trustPolicy("scheduler.amazonaws.com", accountId)) },
      { parent: this },
    );
    const tellOfAFailure = (queueArn: string) =>
      ({ Sid: "TellOfAFailure", Effect: "Allow", Action: ["sqs:SendMessage"], Resource: [queueArn] }) as const;
    const ofTheLease = { StringEquals: { [`aws:ResourceTag/${tagKey}`]: leaseId } };
    const statements = [
      {
        Sid: "DeleteNatGatewayOfTheLease",
        Effect: "Allow",
        Action: ["ec2:DeleteNatGateway"],
        Resource: [pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:natgateway/*`],
        Condition: ofTheLease,
      },
      {
        Sid: "ReleaseAddressOfTheLease",
        Effect: "Allow",
        Action: ["ec2:ReleaseAddress"],
        Resource: [pulumi.interpolate`arn:aws:ec2:${region}:${accountId}:elastic-ip/*`],
        Condition: ofTheLease,
      },
      ...(deadLetterQueueArn === undefined ? [] : [tellOfAFailure(deadLetterQueueArn)]),
    ] as const;
    const policy = new aws.iam.RolePolicy(name, { role: role.name, policy: policyJson(statements) }, { parent: this });
    return { arn: role.arn, policy };
  }

  private settings() {
    const { waits, network, tags = {} } = this.args;
    const { vpcId, publicSubnetId, publicRouteTableId, privateRouteTableIds, egressSecurityGroupIds } = network;
    return {
      ...locationOf<AwsLocationArgs>(this.args),
      // Field by field: a component given as the network would become its URN.
      network: { vpcId, publicSubnetId, publicRouteTableId, privateRouteTableIds, egressSecurityGroupIds },
      waits: { ...defaultWaits, ...waits },
      tags,
    };
  }
}
