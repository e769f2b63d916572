import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { StackService } from "../apps/stackServices";
import type { ProbeTask } from "../connectivityProof/connectivityProof";
import { logStatements } from "../containers/logs";
import { type AwsLocationArgs, locationOf } from "../dynamicProvider/awsLocation";
import { type PolicyStatement, policyJson, trustPolicy } from "../iam";
import type { ServiceImages } from "../images/stackImages";
import type { WatchedService } from "../operations/metrics";
import { ServiceDeployment } from "../serviceDeployment/serviceDeployment";
import type { LastAccessTable } from "../table/lastAccessTable";
import type { ServiceCluster } from "./serviceCluster";
import { taskContainers } from "./taskContainers";

interface TracedServiceArgs extends AwsLocationArgs {
  /** What is known of the service before anything is made. */
  readonly service: Pick<
    StackService,
    "callers" | "url" | "traced" | "collector" | "logGroupName" | "tracingName" | "environment"
  >;
  readonly cluster: ServiceCluster;
  /** Subnets of the tasks, one a zone. */
  readonly subnetIds: readonly pulumi.Input<string>[];
  readonly securityGroupId: pulumi.Input<string>;
  /** The images of a task, and what pulling them takes. */
  readonly images: ServiceImages;
  /** The table it writes to. @default none */
  readonly table?: LastAccessTable;
  /** CPU of a task in units of 1/1024 vCPU. */
  readonly taskCpu: number;
  /** Memory of a task in MiB. */
  readonly taskMemory: number;
  readonly cpuArchitecture: "ARM64" | "X86_64";
  /** CPU of the app's container in units of 1/1024 vCPU. */
  readonly appCpu: number;
  /** Memory kept for the app's container in MiB. */
  readonly appMemoryReservation: number;
  /** TCP port the app serves HTTP on. */
  readonly appPort: number;
  /** How many tasks run at least. */
  readonly minTaskCount: number;
  /** How many tasks run at most. The service is scaled when this is more than `minTaskCount`. */
  readonly maxTaskCount: number;
  /** Average CPU use which scaling aims at, in percent. */
  readonly autoscalingCpuPercent: number;
  /**
   * What must be there before the first task is started, such as endpoints and the NAT gateway. Roles, logs and the
   * task definition do not wait for it, so the NAT gateway exists no longer than it must.
   *
   * @default nothing
   */
  readonly startAfter?: readonly pulumi.Resource[];
}

/** Pinned, so that the probe's task runs on what the service runs on. */
const platformVersion = "1.4.0";

/** A Fargate service whose app is traced by the collector of its task, if it has one, found by name inside the VPC. */
export class TracedService extends pulumi.ComponentResource {
  /** The task which proves that the service needs no NAT gateway; absent without a collector that can be asked. */
  readonly connectivityProbe?: pulumi.Output<ProbeTask>;
  /** What alarms and dashboard have to know of it. */
  readonly watched: WatchedService;
  /** What `npm run status` and the like have to know of it. */
  readonly summary: Readonly<Record<string, pulumi.Input<string | boolean>>>;

  constructor(name: string, args: TracedServiceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:service:TracedService", name, {}, opts);
    const logGroup = new aws.cloudwatch.LogGroup(name, { name: args.service.logGroupName }, { parent: this });
    const taskDefinition = this.createTaskDefinition(name, args, logGroup);
    const discovery = new aws.servicediscovery.Service(
      name,
      {
        name,
        description: `Finds the tasks of ${name}`,
        dnsConfig: {
          namespaceId: args.cluster.namespaceId,
          // Short, because a replaced task's address must not be used for long.
          dnsRecords: [{ type: "A", ttl: 10 }],
          routingPolicy: "MULTIVALUE",
        },
        // Without it ECS may stop tasks before they are in the registry
        // (https://github.com/hashicorp/terraform-provider-aws/issues/4082). The value is 1 whatever is written, but the
        // provider leaves an empty block out (https://github.com/pulumi/pulumi-aws/issues/6289).
        healthCheckCustomConfig: { failureThreshold: 1 },
        // ECS takes a stopped task's address out of the registry some time after the service is gone.
        forceDestroy: true,
      },
      { parent: this },
    );
    const scaled = args.maxTaskCount > args.minTaskCount;
    const service = new aws.ecs.Service(
      name,
      {
        cluster: args.cluster.clusterArn,
        taskDefinition: taskDefinition.arn,
        launchType: "FARGATE",
        platformVersion,
        desiredCount: args.minTaskCount,
        networkConfiguration: {
          subnets: [...args.subnetIds],
          securityGroups: [args.securityGroupId],
          assignPublicIp: false,
        },
        serviceRegistries: { registryArn: discovery.arn },
        deploymentCircuitBreaker: { enable: true, rollback: true },
        // A new task must be healthy before an old one goes, also when there is only one.
        deploymentMinimumHealthyPercent: 100,
        deploymentMaximumPercent: 200,
        enableExecuteCommand: false,
        propagateTags: "SERVICE",
        // A service is steady after a rollback, too: ServiceDeployment waits, and says why.
        waitForSteadyState: false,
      },
      // Once scaling owns the count, a deployment must not set it back.
      { parent: this, dependsOn: [...(args.startAfter ?? [])], ignoreChanges: scaled ? ["desiredCount"] : [] },
    );
    this.watched = {
      name,
      traced: args.service.traced,
      ecsServiceName: service.name,
      ecsServiceArn: service.id,
      clusterName: args.cluster.clusterName,
      tracingName: args.service.tracingName,
      minTaskCount: args.minTaskCount,
    };
    this.summary = {
      name,
      ecsService: service.name,
      url: args.service.url,
      logGroup: args.service.logGroupName,
      calledByClient: args.service.callers.includes("client"),
    };
    new ServiceDeployment(
      name,
      {
        ...locationOf<AwsLocationArgs>(args),
        cluster: args.cluster.clusterArn,
        service: service.id,
        taskDefinition: taskDefinition.arn,
        subnetIds: pulumi.all([...args.subnetIds]),
        securityGroupIds: pulumi.all([args.securityGroupId]),
        minTaskCount: args.minTaskCount,
      },
      { parent: this },
    );
    const target = new aws.appautoscaling.Target(
      name,
      {
        // Also where there is nothing to scale. When scaling ends, Application Auto Scaling brings the service back into
        // this range (https://docs.aws.amazon.com/autoscaling/application/userguide/getting-started.html); nothing else
        // does, because the `desiredCount` which was ignored until then is the same as before.
        minCapacity: args.minTaskCount,
        maxCapacity: args.maxTaskCount,
        resourceId: pulumi.interpolate`service/${args.cluster.clusterName}/${service.name}`,
        scalableDimension: "ecs:service:DesiredCount",
        serviceNamespace: "ecs",
      },
      { parent: this },
    );
    if (scaled) this.scaleByCpu(name, target, args.autoscalingCpuPercent);
    const { probe } = args.service.collector;
    this.connectivityProbe =
      probe &&
      pulumi.output({
        service: name,
        cluster: args.cluster.clusterArn,
        taskDefinition: taskDefinition.arn,
        platformVersion,
        subnetIds: [...args.subnetIds],
        securityGroupIds: [args.securityGroupId],
        container: name,
        command: [...probe],
        logGroup: args.service.logGroupName,
        cachedImages: [...args.images.cachedImages],
      });
    this.registerOutputs({ url: args.service.url, taskDefinitionArn: taskDefinition.arn });
  }

  private createTaskDefinition(name: string, args: TracedServiceArgs, logGroup: aws.cloudwatch.LogGroup) {
    const { service, images, table } = args;
    const executionRole = this.createRole(`${name}-execution`, args.accountId, [
      ...images.pullStatements,
      ...logStatements([logGroup.arn]),
    ]);
    const taskRole = this.createRole(`${name}-task`, args.accountId, [
      ...service.collector.taskRoleStatements,
      ...(table?.statementsFor(name) ?? []),
    ]);
    const containerDefinitions = pulumi
      .all([images.appImage, images.collectorImage, table?.environment])
      .apply(([appImage, collectorImage, tableName]) => {
        const environment = tableName === undefined ? service.environment : [...service.environment, tableName];
        return JSON.stringify(taskContainers({ ...args, ...service, name, appImage, collectorImage, environment }));
      });
    return new aws.ecs.TaskDefinition(
      name,
      {
        family: service.tracingName,
        requiresCompatibilities: ["FARGATE"],
        networkMode: "awsvpc",
        cpu: String(args.taskCpu),
        memory: String(args.taskMemory),
        runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: args.cpuArchitecture },
        executionRoleArn: executionRole.arn,
        taskRoleArn: taskRole.arn,
        containerDefinitions,
      },
      { parent: this, dependsOn: [...executionRole.policies, ...taskRole.policies] },
    );
  }

  /** A role for the tasks and its policy; what uses the role waits for the policy, not only for the role. */
  private createRole(name: string, accountId: pulumi.Input<string>, statements: readonly PolicyStatement[]) {
    const role = new aws.iam.Role(
      name,
      { assumeRolePolicy: policyJson(trustPolicy("ecs-tasks.amazonaws.com", accountId)) },
      { parent: this },
    );
    // IAM refuses a policy without statements; the role of a service that calls nothing of AWS has none.
    const policies =
      statements.length === 0
        ? []
        : [new aws.iam.RolePolicy(name, { role: role.name, policy: policyJson(statements) }, { parent: this })];
    return { arn: role.arn, policies };
  }

  private scaleByCpu(name: string, target: aws.appautoscaling.Target, targetValue: number) {
    new aws.appautoscaling.Policy(
      name,
      {
        policyType: "TargetTrackingScaling",
        resourceId: target.resourceId,
        scalableDimension: target.scalableDimension,
        serviceNamespace: target.serviceNamespace,
        targetTrackingScalingPolicyConfiguration: {
          predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
          targetValue,
        },
      },
      { parent: this },
    );
  }
}
