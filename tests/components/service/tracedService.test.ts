import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { xrayDaemon } from "../../../components/collectors/xrayDaemon";
import { ServiceCluster } from "../../../components/service/serviceCluster";
import { TracedService } from "../../../components/service/tracedService";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";

const collectorSettings = {
  collectorImageTag: "3.6.7",
  collectorCpu: 32,
  collectorMemoryReservation: 256,
  collectorLogLevel: "info",
};
const evaluate = (minTaskCount: number, maxTaskCount: number) =>
  evaluateComponent(() => {
    const cluster = new ServiceCluster("cluster", { vpcId: "vpc-1", domain: "dev.internal" });
    const service = new TracedService("hello", {
      region: "eu-central-1",
      accountId: "123456789012",
      cluster,
      subnetIds: ["subnet-1", "subnet-2"],
      securityGroupId: "sg-1",
      taskCpu: 512,
      taskMemory: 1024,
      cpuArchitecture: "ARM64",
      appCpu: 480,
      appMemoryReservation: 768,
      appPort: 8080,
      tracingName: "traced-fargate-dev-hello",
      appImage: "app-image",
      collector: xrayDaemon(collectorSettings),
      collectorImage: "daemon-image",
      pullStatements: [{ Sid: "Pull", Effect: "Allow", Action: ["ecr:BatchGetImage"], Resource: ["arn:repository"] }],
      cachedImages: [{ repository: "cache/daemon", tag: "3.6.7", cpuArchitecture: "ARM64" }],
      logGroupName: "/traced-fargate/dev/hello",
      logRetentionDays: 14,
      minTaskCount,
      maxTaskCount,
      autoscalingCpuPercent: 70,
      startAfter: [new aws.ecr.Repository("before")],
    });
    return { url: service.url, connectivityProbe: service.connectivityProbe };
  });
const document = (evaluation: ComponentEvaluation, name: string) =>
  JSON.parse(String(evaluation.one("aws:iam/rolePolicy:RolePolicy", name).inputs.policy));

describe("TracedService", () => {
  let fixed: ComponentEvaluation;
  before(async () => {
    fixed = await evaluate(1, 1);
  });

  it("runs a service that rolls back what does not start", () => {
    const { inputs, options } = fixed.one("aws:ecs/service:Service");
    assert.deepEqual(inputs, {
      cluster: fixed.one("aws:ecs/cluster:Cluster").outputs.arn,
      taskDefinition: fixed.one("aws:ecs/taskDefinition:TaskDefinition").outputs.arn,
      launchType: "FARGATE",
      platformVersion: "1.4.0",
      desiredCount: 1,
      networkConfiguration: { subnets: ["subnet-1", "subnet-2"], securityGroups: ["sg-1"], assignPublicIp: false },
      serviceRegistries: { registryArn: fixed.one("aws:servicediscovery/service:Service").outputs.arn },
      deploymentCircuitBreaker: { enable: true, rollback: true },
      deploymentMinimumHealthyPercent: 100,
      deploymentMaximumPercent: 200,
      enableExecuteCommand: false,
      propagateTags: "SERVICE",
      waitForSteadyState: false,
    });
    assert.deepEqual(options.ignoreChanges ?? [], []);
  });

  it("awaits the deployment of just this task definition, in its own place", () => {
    const { inputs } = fixed.one("pulumi-nodejs:dynamic/traced-fargate:ServiceDeployment");
    const { __provider, waits, ...deployment } = inputs;
    assert.deepEqual(deployment, {
      region: "eu-central-1",
      accountId: "123456789012",
      cluster: fixed.one("aws:ecs/cluster:Cluster").outputs.arn,
      service: fixed.one("aws:ecs/service:Service").id,
      taskDefinition: fixed.one("aws:ecs/taskDefinition:TaskDefinition").outputs.arn,
      subnetIds: ["subnet-1", "subnet-2"],
      securityGroupIds: ["sg-1"],
      minTaskCount: 1,
    });
  });

  it("describes the task", () => {
    const { inputs } = fixed.one("aws:ecs/taskDefinition:TaskDefinition");
    const { containerDefinitions, ...task } = inputs;
    assert.deepEqual(task, {
      family: "traced-fargate-dev-hello",
      requiresCompatibilities: ["FARGATE"],
      networkMode: "awsvpc",
      cpu: "512",
      memory: "1024",
      runtimePlatform: { operatingSystemFamily: "LINUX", cpuArchitecture: "ARM64" },
      executionRoleArn: fixed.one("aws:iam/role:Role", "hello-execution").outputs.arn,
      taskRoleArn: fixed.one("aws:iam/role:Role", "hello-task").outputs.arn,
    });
    const containers = JSON.parse(String(containerDefinitions)) as { name: string; image: string }[];
    assert.deepEqual(
      containers.map(({ name, image }) => [name, image]),
      [
        ["hello", "app-image"],
        ["xray-daemon", "daemon-image"],
      ],
    );
  });

  it("lets ECS assume both roles for this account's tasks only", () => {
    for (const name of ["hello-execution", "hello-task"]) {
      const { inputs } = fixed.one("aws:iam/role:Role", name);
      assert.deepEqual(JSON.parse(String(inputs.assumeRolePolicy)), {
        Version: "2012-10-17",
        Statement: [
          {
            Sid: "AssumedByService",
            Effect: "Allow",
            Principal: { Service: "ecs-tasks.amazonaws.com" },
            Action: ["sts:AssumeRole"],
            Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
          },
        ],
      });
    }
  });

  it("lets the execution role pull and log, and the task role do what the collector does", () => {
    const logGroup = fixed.one("aws:cloudwatch/logGroup:LogGroup");
    assert.deepEqual(document(fixed, "hello-execution"), {
      Version: "2012-10-17",
      Statement: [
        { Sid: "Pull", Effect: "Allow", Action: ["ecr:BatchGetImage"], Resource: ["arn:repository"] },
        {
          Sid: "WriteLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [`${logGroup.outputs.arn}:*`],
        },
      ],
    });
    assert.deepEqual(document(fixed, "hello-task"), {
      Version: "2012-10-17",
      Statement: xrayDaemon(collectorSettings).taskRoleStatements,
    });
    assert.equal(
      fixed.one("aws:iam/rolePolicy:RolePolicy", "hello-task").inputs.role,
      fixed.one("aws:iam/role:Role", "hello-task").outputs.name,
    );
  });

  it("makes the task wait for its roles' policies, not only for the roles", () => {
    const dependencies = fixed.one("aws:ecs/taskDefinition:TaskDefinition").dependencies.map((urn) => fixed.byUrn(urn));
    const policies = dependencies
      .filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy")
      .map(({ name }) => name);
    assert.deepEqual(policies.sort(), ["hello-execution", "hello-task"]);
  });

  it("starts tasks after what it is told, but makes roles, logs and the task definition before", () => {
    const names = fixed.dependencyNames(fixed.one("aws:ecs/service:Service"));
    assert.ok(names.includes("before"), names.join(", "));
    for (const type of ["ecs/taskDefinition:TaskDefinition", "cloudwatch/logGroup:LogGroup"]) {
      assert.ok(!fixed.dependencyNames(fixed.one(`aws:${type}`)).includes("before"), type);
    }
  });

  it("keeps logs as long as it is told, under a known name", () => {
    assert.deepEqual(fixed.one("aws:cloudwatch/logGroup:LogGroup").inputs, {
      name: "/traced-fargate/dev/hello",
      retentionInDays: 14,
    });
  });

  it("is found by name in the VPC", () => {
    const namespace = fixed.one("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace");
    assert.deepEqual(namespace.inputs, {
      name: "dev.internal",
      description: "Names of the services in the VPC",
      vpc: "vpc-1",
    });
    assert.deepEqual(fixed.one("aws:servicediscovery/service:Service").inputs, {
      name: "hello",
      description: "Finds the tasks of hello",
      dnsConfig: {
        namespaceId: namespace.id,
        dnsRecords: [{ type: "A", ttl: 10 }],
        routingPolicy: "MULTIVALUE",
      },
      healthCheckCustomConfig: { failureThreshold: 1 },
      forceDestroy: true,
    });
    assert.equal(fixed.outputs.url, "http://hello.dev.internal:8080");
  });

  it("is proven by a task of its own definition, in its own place, with the collector's probe", () => {
    assert.deepEqual(fixed.outputs.connectivityProbe, {
      service: "hello",
      cluster: fixed.one("aws:ecs/cluster:Cluster").outputs.arn,
      taskDefinition: fixed.one("aws:ecs/taskDefinition:TaskDefinition").outputs.arn,
      platformVersion: "1.4.0",
      subnetIds: ["subnet-1", "subnet-2"],
      securityGroupIds: ["sg-1"],
      container: "hello",
      command: ["node", "probe.cjs"],
      logGroup: "/traced-fargate/dev/hello",
      cachedImages: [{ repository: "cache/daemon", tag: "3.6.7", cpuArchitecture: "ARM64" }],
    });
  });

  it("does not scale a fixed number of tasks", () => {
    assert.deepEqual(fixed.ofType("aws:appautoscaling/target:Target"), []);
  });

  it("scales between two numbers by CPU, and leaves the count to scaling", async () => {
    const scaled = await evaluate(2, 5);
    const service = scaled.one("aws:ecs/service:Service");
    assert.equal(service.inputs.desiredCount, 2);
    assert.deepEqual(service.options.ignoreChanges, ["desiredCount"]);
    const dimension = { scalableDimension: "ecs:service:DesiredCount", serviceNamespace: "ecs" };
    const target = scaled.one("aws:appautoscaling/target:Target");
    const cluster = scaled.one("aws:ecs/cluster:Cluster");
    assert.deepEqual(target.inputs, {
      minCapacity: 2,
      maxCapacity: 5,
      resourceId: `service/${cluster.outputs.name}/${service.outputs.name}`,
      ...dimension,
    });
    assert.deepEqual(scaled.one("aws:appautoscaling/policy:Policy").inputs, {
      policyType: "TargetTrackingScaling",
      resourceId: target.outputs.resourceId,
      ...dimension,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: "ECSServiceAverageCPUUtilization" },
        targetValue: 70,
      },
    });
  });
});
