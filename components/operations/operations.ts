import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type PolicyStatement, policyJson } from "../iam";
import { physicalName } from "../names";
import type { TracedService } from "../service/tracedService";
import type { LastAccessTable } from "../table/lastAccessTable";
import type { TemporaryNatGateway } from "../temporaryNatGateway";
import { type PlannedAlarm, planAlarms, type WatchedStack } from "./alarms";
import { dashboardBody } from "./dashboard";
import { ownMetricCount } from "./metrics";

interface OperationsArgs {
  readonly region: string;
  readonly accountId: pulumi.Input<string>;
  /** What sets the stack apart in the account. */
  readonly scope: readonly [project: string, stack: string];
  readonly alarms: boolean;
  /** Who is notified of alarms by e-mail. @default nobody, until somebody subscribes to the topic */
  readonly alarmEmail?: string;
  readonly dashboard: boolean;
  readonly services: readonly TracedService[];
  /** @default there is none */
  readonly natGateway?: TemporaryNatGateway;
  /** Minutes after which schedules delete the NAT gateway; 0 for never. @default 120 */
  readonly deadlineMinutes?: number;
  /** @default there is none */
  readonly table?: LastAccessTable;
}

/** What of a stack's operations is billed by the month. */
interface OperationsCost {
  /** Metrics which alarms read. */
  readonly alarmMetrics: number;
  /** Metrics which the services write themselves. */
  readonly ownMetrics: number;
  readonly dashboards: number;
}

/**
 * Tells whoever looks after a stack that it is not well: alarms and failed deployments go to an SNS topic, a dashboard
 * shows what they are about.
 */
export class Operations extends pulumi.ComponentResource {
  /** ARN of the topic; absent without alarms. */
  readonly topicArn?: pulumi.Output<string>;
  /** Where the console shows the dashboard; absent without one. */
  readonly dashboardUrl?: pulumi.Output<string>;
  readonly cost: OperationsCost;

  constructor(name: string, args: OperationsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:operations:Operations", name, {}, opts);
    const [project, stack] = args.scope;
    const services = args.services.map(({ watched }) => watched);
    const planned = args.alarms ? planAlarms({ project, stack, services, ...watchedOf(args) }) : [];
    const alarmArns = planned.map((alarm) => alarmArn(alarm, args));
    if (args.alarms) {
      this.topicArn = this.createTopic(name, args, alarmArns);
      this.createAlarms(name, args, planned, this.topicArn);
    }
    if (args.dashboard) {
      const dashboardName = physicalName(args.scope, 255);
      const body = pulumi.jsonStringify(dashboardBody(project, services, args.region, alarmArns));
      const dashboard = new aws.cloudwatch.Dashboard(name, { dashboardName, dashboardBody: body }, { parent: this });
      const console = `https://${args.region}.console.aws.amazon.com/cloudwatch/home?region=${args.region}`;
      this.dashboardUrl = pulumi.interpolate`${console}#dashboards/dashboard/${dashboard.dashboardName}`;
    }
    this.cost = {
      alarmMetrics: planned.reduce((sum, { metrics }) => sum + Object.keys(metrics).length, 0),
      ownMetrics: services.reduce((sum, service) => sum + ownMetricCount(service), 0),
      dashboards: args.dashboard ? 1 : 0,
    };
    this.registerOutputs({ topicArn: this.topicArn, dashboardUrl: this.dashboardUrl });
  }

  /** The topic, to which only this stack's alarms and its rule may publish, and its subscription. */
  private createTopic(name: string, args: OperationsArgs, alarmArns: readonly pulumi.Output<string>[]) {
    const { scope, alarmEmail } = args;
    const child = { parent: this };
    // Without a KMS key: SNS encrypts its disks anyway, CloudWatch cannot use the key that AWS keeps for SNS, and what
    // is sent are names and numbers (https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html).
    const topic = new aws.sns.Topic(name, { name: physicalName([...scope, "alarms"], 256) }, child);
    const rule = new aws.cloudwatch.EventRule(
      `${name}-deployments`,
      {
        name: physicalName([...scope, "deployments"], 64),
        description: "ECS has given up a deployment of one of the stack's services",
        // Sent for services with a circuit breaker
        // (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html).
        eventPattern: pulumi.jsonStringify({
          source: ["aws.ecs"],
          "detail-type": ["ECS Deployment State Change"],
          resources: args.services.map(({ watched }) => watched.ecsServiceArn),
          detail: { eventName: ["SERVICE_DEPLOYMENT_FAILED"] },
        }),
      },
      child,
    );
    const policy = new aws.sns.TopicPolicy(
      name,
      { arn: topic.arn, policy: policyJson(publishStatements(topic.arn, alarmArns, rule.arn)) },
      child,
    );
    new aws.cloudwatch.EventTarget(
      `${name}-deployments`,
      {
        rule: rule.name,
        targetId: "alarms",
        arn: topic.arn,
        inputTransformer: {
          inputPaths: { service: "$.resources[0]", reason: "$.detail.reason" },
          inputTemplate: JSON.stringify(
            `A deployment of <service> has failed: <reason> Type: npm run status -- --stack ${scope[1]}`,
          ),
        },
      },
      { ...child, dependsOn: policy },
    );
    if (alarmEmail !== undefined) {
      // Nothing is sent before whoever reads the mail has confirmed it by the link in it.
      const subscription = { topic: topic.arn, protocol: "email", endpoint: alarmEmail };
      new aws.sns.TopicSubscription(name, subscription, child);
    }
    return topic.arn;
  }

  /** The alarms about services come when these run, for until then none of their metrics has data. */
  private createAlarms(
    name: string,
    { scope, services }: OperationsArgs,
    planned: readonly PlannedAlarm[],
    topicArn: pulumi.Output<string>,
  ): void {
    for (const alarm of planned) {
      const about = services.find(({ watched }) => watched.name === alarm.name[0]);
      new aws.cloudwatch.MetricAlarm(
        [name, ...alarm.name].join("-"),
        {
          ...alarmArgs(alarm),
          name: alarmName(alarm, scope),
          alarmActions: [topicArn],
          okActions: [topicArn],
        },
        { parent: this, dependsOn: about === undefined ? [] : [about] },
      );
    }
  }
}

/** What is watched beside the services. */
function watchedOf({ natGateway, deadlineMinutes = 120, table }: OperationsArgs) {
  return {
    natGateway: natGateway && { id: natGateway.open.natGatewayId, deadlineMinutes },
    tableName: table?.tableName,
  } satisfies Partial<WatchedStack>;
}

const alarmName = ({ name }: PlannedAlarm, scope: readonly string[]) => physicalName([...scope, ...name], 255);

const alarmArn = (alarm: PlannedAlarm, { region, accountId, scope }: OperationsArgs) =>
  pulumi.interpolate`arn:aws:cloudwatch:${region}:${accountId}:alarm:${alarmName(alarm, scope)}`;

/**
 * Who may publish: CloudWatch for these alarms, EventBridge for this rule
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html,
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions).
 */
function publishStatements(
  topicArn: pulumi.Output<string>,
  alarmArns: readonly pulumi.Output<string>[],
  ruleArn: pulumi.Output<string>,
): PolicyStatement[] {
  const statement = (Sid: string, Service: string, sources: readonly pulumi.Output<string>[]): PolicyStatement => ({
    Sid,
    Effect: "Allow",
    Principal: { Service },
    Action: ["sns:Publish"],
    Resource: [topicArn],
    Condition: { ArnEquals: { "aws:SourceArn": [...sources] } },
  });
  return [
    statement("PublishAlarms", "cloudwatch.amazonaws.com", alarmArns),
    statement("PublishFailedDeployments", "events.amazonaws.com", [ruleArn]),
  ];
}

/** What CloudWatch is told of an alarm; what it computes is one metric, or an expression of several. */
function alarmArgs(alarm: PlannedAlarm): Omit<aws.cloudwatch.MetricAlarmArgs, "name"> {
  const { description, metrics, expression, periodSeconds, periods, comparison, threshold, treatMissingData } = alarm;
  const common = {
    alarmDescription: description,
    comparisonOperator: comparison,
    threshold,
    evaluationPeriods: periods,
    datapointsToAlarm: periods,
    treatMissingData,
  };
  const read = Object.entries(metrics).map(([id, { name, statistic, ...metric }]) => ({
    id,
    metric: { ...metric, metricName: name, stat: statistic, period: periodSeconds },
  }));
  const [only] = read;
  if (expression !== undefined || only === undefined) {
    const result = { id: "result", expression, returnData: true };
    return { ...common, metricQueries: [...read, result] };
  }
  const { stat, ...metric } = only.metric;
  return { ...common, ...metric, ...(/^p\d/.test(stat) ? { extendedStatistic: stat } : { statistic: stat }) };
}
