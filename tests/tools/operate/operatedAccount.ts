import { AwsGate } from "../../aws/awsGate";
import { AwsError, jsonAnswer, nameOf, type RawAnswer, type RawCall, signerOf, xmlAnswer } from "../../aws/awsProtocol";

export const accountId = "111122223333";
export const clientId = "i-0a1b2c3d4e5f60718";
const at = `eu-central-1:${accountId}`;
export const clusterArn = `arn:aws:ecs:${at}:cluster/cluster-1a2b3c4`;

/** A call as it came in. */
interface OperatedCall {
  readonly action: string;
  readonly accessKeyId: string;
  /** What was asked: the JSON, or the parameters of a query. */
  readonly input: Readonly<Record<string, unknown>>;
}

/** The body of an answer, or what makes one of the question. */
type Answer = object | string | ((input: OperatedCall["input"]) => object | string);

/** Seconds since 1970, as AWS's JSON protocols write a time, of a moment some seconds ago. */
export const secondsAgo = (seconds: number): number => (Date.now() - seconds * 1000) / 1000;
/** The same as EC2 writes it. */
export const isoAgo = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

/** A list of EC2's, each member the XML of an item. */
export const ec2Set = (name: string, ...items: string[]): string =>
  `<${name}>${items.map((item) => `<item>${item}</item>`).join("")}</${name}>`;

/**
 * What AWS answers about a service of the stack `dev` which runs
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html).
 *
 * @param deployment what differs in its deployment (API_Deployment.html)
 */
export function describedService(deployment: object = {}, events: readonly object[] = steadyEvents()): object {
  const taskDefinition = `arn:aws:ecs:${at}:task-definition/traced-fargate-dev-hello:8`;
  const primary = {
    ...{ id: "ecs-svc/1234567890123456789", status: "PRIMARY", taskDefinition, desiredCount: 1, runningCount: 1 },
    ...{ failedTasks: 0, rolloutState: "COMPLETED", createdAt: secondsAgo(10_900), updatedAt: secondsAgo(10_800) },
    ...deployment,
  };
  const counts = { desiredCount: primary.desiredCount, runningCount: primary.runningCount, pendingCount: 0 };
  const serviceArn = `arn:aws:ecs:${at}:service/cluster-1a2b3c4/hello-5d6e7f8`;
  return {
    services: [
      {
        serviceName: "hello-5d6e7f8",
        serviceArn,
        status: "ACTIVE",
        ...counts,
        taskDefinition,
        deployments: [primary],
        events,
      },
    ],
    failures: [],
  };
}

/** ECS's messages (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html). */
function steadyEvents(): object[] {
  const event = (seconds: number, message: string) => ({
    ...{ id: String(seconds), createdAt: secondsAgo(seconds), message: `(service hello-5d6e7f8) ${message}` },
  });
  return [
    event(180, "has reached a steady state."),
    event(10_800, "(deployment ecs-svc/1234567890123456789) deployment completed."),
    event(
      10_860,
      "registered 1 instances in (registry arn:aws:servicediscovery:eu-central-1:111122223333:service/srv-1)",
    ),
    event(10_890, "has started 1 tasks: (task 0123456789abcdef0123456789abcdef)."),
  ];
}

/** What AWS answers when the stack `dev` is well. */
const well: Readonly<Record<string, Answer>> = {
  GetCallerIdentity: `<GetCallerIdentityResult><Account>${accountId}</Account></GetCallerIdentityResult>`,
  DescribeServices: () => describedService(),
  // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_InstanceInformation.html
  DescribeInstanceInformation: () => ({
    InstanceInformationList: [
      { InstanceId: clientId, PingStatus: "Online", LastPingDateTime: secondsAgo(40), AgentVersion: "3.3.3050.0" },
    ],
  }),
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NatGateway.html
  DescribeNatGateways: () =>
    ec2Set(
      "natGatewaySet",
      `<natGatewayId>nat-0aa</natGatewayId><state>deleted</state><createTime>${isoAgo(1500)}</createTime>` +
        `<deleteTime>${isoAgo(720)}</deleteTime>`,
    ),
  DescribeAddresses: ec2Set("addressesSet"),
  GetResources: { ResourceTagMappingList: [], PaginationToken: "" },
};

/** AWS as the stack `dev` has it: each action has its answer, which a test can replace; others are refused. */
export class OperatedAccount {
  readonly calls: OperatedCall[] = [];
  readonly answers: Record<string, Answer> = { ...well };
  readonly gate = new AwsGate((raw) => this.answer(raw));

  private answer(raw: RawCall): RawAnswer {
    const action = nameOf(raw);
    const isJson = raw.headers["x-amz-target"] !== undefined;
    const input = isJson ? JSON.parse(raw.body) : Object.fromEntries(new URLSearchParams(raw.body));
    this.calls.push({ action, accessKeyId: signerOf(raw).accessKeyId, input });
    const answer = this.answers[action];
    if (answer === undefined) throw new AwsError("InvalidAction", `the test has no answer to ${action}`);
    const body = typeof answer === "function" ? answer(input) : answer;
    return typeof body === "string" ? xmlAnswer(`<${action}Response>${body}</${action}Response>`) : jsonAnswer(body);
  }

  /** The environment in which the SDK calls this instead of AWS, and finds no other credentials. */
  get environment(): Record<string, string> {
    return {
      ...this.gate.environment,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PROFILE: "",
    };
  }
}
