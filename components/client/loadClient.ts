import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type AwsLocationArgs, locationOf } from "../dynamicProvider/awsLocation";
import { policyJson, trustPolicy } from "../iam";
import { describeInstanceType } from "./instanceType";
import { type LoadClientAccessOptions, loadClientStatements } from "./permissions";
import { durationProblems, LoadClientReadiness } from "./readiness/readiness";
import { userData } from "./userData";

/** The newest Arm image of Amazon Linux 2023; the standard image, because the minimal one has no SSM Agent. */
const imageParameter = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64";

/** Arguments of {@link LoadClient}. */
interface LoadClientArgs extends LoadClientAccessOptions, AwsLocationArgs {
  /** Subnet of the client. It needs the endpoints of `loadClientEndpoints`, and no route to the internet. */
  readonly subnetId: pulumi.Input<string>;
  /** Security group of the client, which lets it reach those endpoints and the service. */
  readonly securityGroupId: pulumi.Input<string>;
  /**
   * EC2 instance type, with an Arm processor.
   *
   * @default "t4g.nano"
   */
  readonly instanceType?: string;
  /**
   * What must be there before the instance starts, such as the endpoints it installs its packages through.
   *
   * @default nothing
   */
  readonly startAfter?: readonly pulumi.Resource[];
  /**
   * Seconds from the start of the instance until `pulumi up` fails because the client is not ready.
   *
   * @default 1800, because a new instance has no CPU credits to boot with
   */
  readonly deadlineSeconds?: number;
  /**
   * Seconds between the first two questions whether the client is ready; later pauses grow up to four times that.
   *
   * @default 5
   */
  readonly pollIntervalSeconds?: number;
}

/**
 * An EC2 instance to send load from, reached by Session Manager only: no public address, no key pair, no way in. `ab`
 * comes from Amazon Linux's own repository through the S3 gateway endpoint.
 *
 * Cost: a `t4g.nano` is about 3.07 USD a month in us-east-1, its 8 GiB gp3 volume about 0.64 USD.
 *
 * @throws when the instance type is not an Arm type, or when a duration is not above 0.
 */
export class LoadClient extends pulumi.ComponentResource {
  /** The machine, which boots from here on. */
  readonly instance: aws.ec2.Instance;
  /** Id of the instance, `i-…`; known before it is ready. */
  readonly instanceId: pulumi.Output<string>;
  /** The command which opens a shell on it. */
  readonly startSession: pulumi.Output<string>;
  /** Exists as soon as the client is ready; depend on it to come after that. */
  readonly ready: LoadClientReadiness;

  constructor(name: string, args: LoadClientArgs, opts: pulumi.ComponentResourceOptions = {}) {
    const { instanceType, readiness } = checkArgs(args);
    super("traced-fargate:client:LoadClient", name, {}, opts);

    const role = new aws.iam.Role(
      `${name}-role`,
      {
        description: "Lets the load client be reached by Session Manager and Run Command",
        // Without a condition on the account, because EC2 assumes the role with the instance's own identity and sends
        // no `aws:SourceAccount`. Who may attach the role to an instance, `iam:PassRole` decides, in this account only.
        assumeRolePolicy: policyJson(trustPolicy("ec2.amazonaws.com")),
      },
      { parent: this },
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      { role: role.name, policy: policyJson(loadClientStatements(args.region, args.accountId, args)) },
      { parent: this },
    );
    const profile = new aws.iam.InstanceProfile(`${name}-profile`, { role: role.name }, { parent: this });

    const image = aws.ssm.getParameterOutput({ name: imageParameter }, { parent: this });
    this.instance = new aws.ec2.Instance(
      `${name}-instance`,
      {
        // The id of a public image is not a secret, but a parameter's value is documented as one, and where a part of an
        // answer is secret, the SDK makes all of it secret.
        ami: pulumi.unsecret(image.value),
        instanceType,
        // T4g's own default is `unlimited`, which bills every vCPU-hour above the baseline
        // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-how-to.html). The price
        // is a slow first boot: T4g gets no launch credits, so it boots at its baseline, 5 % of a vCPU for `nano`
        // (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-standard-mode-concepts.html).
        creditSpecification: describeInstanceType(instanceType).isBurstable ? { cpuCredits: "standard" } : undefined,
        subnetId: args.subnetId,
        vpcSecurityGroupIds: [args.securityGroupId],
        associatePublicIpAddress: false,
        iamInstanceProfile: profile.name,
        metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
        rootBlockDevice: { volumeType: "gp3", encrypted: true, deleteOnTermination: true },
        userData: userData(args.region),
        userDataReplaceOnChange: true,
        tags: { Name: name },
      },
      {
        parent: this,
        // An agent which is refused at its first call hibernates for many minutes, so the policy has to be there first
        // (https://docs.aws.amazon.com/systems-manager/latest/userguide/ssm-agent-technical-details.html#ssm-agent-hibernation).
        dependsOn: [policy, ...(args.startAfter ?? [])],
        // The parameter moves to every new image; that must not replace a running client.
        ignoreChanges: ["ami"],
      },
    );
    this.instanceId = this.instance.id;
    this.startSession = pulumi.interpolate`aws ssm start-session --region ${args.region} --target ${this.instanceId}`;
    this.ready = new LoadClientReadiness(
      `${name}-ready`,
      { ...readiness, instanceId: this.instanceId },
      { parent: this, dependsOn: [this.instance] },
    );
    this.registerOutputs({ instanceId: this.instanceId, agentVersion: this.ready.agentVersion });
  }

  /**
   * The command which brings a service of the VPC to http://localhost:8080 on the machine it is typed on, through the
   * client
   * (https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html).
   */
  forwardPort(host: string, port: number): pulumi.Output<string> {
    const document = "AWS-StartPortForwardingSessionToRemoteHost";
    const parameters = `host=${host},portNumber=${port},localPortNumber=8080`;
    return pulumi.interpolate`${this.startSession} --document-name ${document} --parameters ${parameters}`;
  }
}

/** The arguments with their defaults, checked before anything is registered. */
function checkArgs(args: LoadClientArgs) {
  const { instanceType = "t4g.nano" } = args;
  if (!describeInstanceType(instanceType).isArm) {
    throw new Error(
      `\`instanceType\` must have an Arm processor, such as \`t4g.nano\`, because the client runs the Arm image of ` +
        `Amazon Linux 2023; \`${instanceType}\` has none.`,
    );
  }
  const deadlineSeconds = args.deadlineSeconds ?? 1800;
  const pollIntervalSeconds = args.pollIntervalSeconds ?? 5;
  const readiness = { ...locationOf<AwsLocationArgs>(args), deadlineSeconds, pollIntervalSeconds };
  const problems = durationProblems(readiness);
  if (problems.length > 0) {
    throw new Error(problems.map(({ property, wrong }) => `\`${property}\` ${wrong}`).join("; "));
  }
  return { instanceType, readiness };
}
