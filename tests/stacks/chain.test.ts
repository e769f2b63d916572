import assert from "node:assert/strict";
import { DRAIN_ON_ECS_MS } from "../../app/service/settings";
import { runChecks } from "../../tools/checks";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";
import { descendants, madeBefore } from "../pulumi/order";
import { evaluateVariant } from "./evaluateVariant";
import { daemonContainer, helloContainer, logConfiguration } from "./expectedContainers";
import { counts } from "./expectedHello";
import { StackGraph } from "./stackGraph";

const services = ["frontend", "bff", "date", "time"];
const traced = ["bff", "date", "time"];
const region = "eu-central-1";
const account = `${region}:123456789012`;
const domain = "chain.traced-fargate.internal";

const pull = "ecr:BatchCheckLayerAvailability ecr:BatchGetImage ecr:GetDownloadUrlForLayer";
const xray =
  "xray:GetSamplingRules xray:GetSamplingStatisticSummaries xray:GetSamplingTargets xray:PutTelemetryRecords xray:PutTraceSegments on *";
const session =
  "ssmmessages:CreateControlChannel ssmmessages:CreateDataChannel ssmmessages:OpenControlChannel ssmmessages:OpenDataChannel on *";
const daemonRepository = "traced-fargate-chain/xray/aws-xray-daemon";
const repositories = (...names: string[]) => names.map((name) => `arn:aws:ecr:${account}:repository/${name}`).join(" ");
const logs = (...names: string[]) =>
  `logs:CreateLogStream logs:PutLogEvents on ${names.map((name) => `arn:aws:logs:${account}:log-group:/traced-fargate/chain/${name}:*`).join(" ")}`;
const putItem = `dynamodb:PutItem on arn:aws:dynamodb:${account}:table/table`;
const logIn = "ecr:GetAuthorizationToken on *";
const importDaemon = `ecr:BatchImportUpstreamImage on ${repositories(daemonRepository)}`;

describe("stack chain", () => {
  let evaluation: Evaluation;
  let graph: StackGraph;
  before(async () => {
    evaluation = await evaluateVariant("chain");
    graph = new StackGraph(evaluation);
  });

  const release = () => graph.one("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayRelease", "egress-release");
  const table = () => graph.one("aws:dynamodb/table:Table", "table");

  it("has as many endpoints beside the containers as the configuration keeps addresses for", () => {
    assert.deepEqual(graph.interfacesOfEndpoints(), { made: 4, counted: 4 });
  });

  it("runs to its end, and no check finds anything", async () => {
    assert.deepEqual(evaluation.errors, []);
    assert.deepEqual(await runChecks(evaluation), []);
  });

  it("builds the four services from one Dockerfile", () => {
    assert.deepEqual(
      graph.builtImages(),
      services.map((name) => [name, "service", { SERVICE: name }]),
    );
  });

  it("has every service log its requests when that is asked for", async () => {
    const variant = new StackGraph(await evaluateVariant("chain", { accessLog: "on" }));
    for (const service of services) {
      const [own] = variant.containers(service).filter(({ name }) => name === service);
      assert.deepEqual(
        own?.environment.filter(({ name }) => name === "ACCESS_LOG"),
        [{ name: "ACCESS_LOG", value: "on" }],
      );
    }
  });

  it("lets services drain for longer than their names lead to them, and stop before ECS kills them", () => {
    const ttls = graph
      .ofType("aws:servicediscovery/service:Service")
      .map(({ inputs }) => (inputs.dnsConfig as { dnsRecords: { ttl: number }[] }).dnsRecords[0]?.ttl ?? Number.NaN);
    assert.equal(ttls.length, services.length);
    assert.ok(Math.max(...ttls) * 1000 < DRAIN_ON_ECS_MS, `${ttls}`);
    for (const service of services) {
      const [{ stopTimeout } = {}] = graph.containers(service).filter(({ name }) => name === service);
      assert.ok(DRAIN_ON_ECS_MS + 10_000 < Number(stopTimeout) * 1000, `${stopTimeout}`);
    }
  });

  it("runs the frontend alone and the others beside a daemon, each told of just those it calls and of what it uses", () => {
    const url = (name: string) => ({ name: `${name.toUpperCase()}_URL`, value: `http://${name}.${domain}:8080` });
    const own: Readonly<Record<string, readonly { name: string; value: unknown }[]>> = {
      frontend: [url("bff"), { name: "TIME_ZONE", value: "+09:00" }],
      bff: [url("date"), url("time")],
      date: [
        { name: "TABLE_NAME", value: table().outputs.name },
        { name: "TIME_ZONE", value: "+09:00" },
      ],
      time: [
        { name: "TABLE_NAME", value: table().outputs.name },
        { name: "TIME_ZONE", value: "+09:00" },
      ],
    };
    for (const name of services) {
      const isTraced = traced.includes(name);
      const environment = [
        { name: "AWS_REGION", value: region },
        ...(isTraced ? [{ name: "AWS_XRAY_DAEMON_ADDRESS", value: "127.0.0.1:2000" }] : []),
        { name: "AWS_XRAY_TRACING_NAME", value: `traced-fargate-chain-${name}` },
        { name: "PORT", value: "8080" },
        { name: "TRACING", value: isTraced ? "xray" : "none" },
        ...(own[name] ?? []),
      ].sort((a, b) => (a.name < b.name ? -1 : 1));
      const app = {
        ...helloContainer("chain", graph.one("awsx:ecr:Image", name).outputs.imageUri),
        name,
        environment,
        dependsOn: isTraced ? [{ containerName: "xray-daemon", condition: "START" }] : [],
        logConfiguration: logConfiguration("chain", name, name),
      };
      const { repositoryUrl } = graph.one("aws:ecr/repository:Repository", "collector").outputs;
      const daemon = daemonContainer("chain", name, `${repositoryUrl}:3.6.7`);
      assert.deepEqual(graph.containers(name), isTraced ? [app, daemon] : [app]);
    }
  });

  it("lets through what the call graph and the endpoints need, and nothing else", () => {
    assert.deepEqual(graph.rules(), [
      "network-bff: tcp/443 to network-container-endpoints",
      "network-bff: tcp/443 to network-s3",
      "network-bff: tcp/8080 from network-client",
      "network-bff: tcp/8080 from network-frontend",
      "network-bff: tcp/8080 to network-date",
      "network-bff: tcp/8080 to network-time",
      "network-client-endpoints: tcp/443 from network-client",
      "network-client: tcp/443 to network-client-endpoints",
      "network-client: tcp/443 to network-s3",
      "network-client: tcp/8080 to network-bff",
      "network-client: tcp/8080 to network-frontend",
      "network-container-endpoints: tcp/443 from network-bff",
      "network-container-endpoints: tcp/443 from network-date",
      "network-container-endpoints: tcp/443 from network-frontend",
      "network-container-endpoints: tcp/443 from network-time",
      "network-date: tcp/443 to network-container-endpoints",
      "network-date: tcp/443 to network-dynamodb",
      "network-date: tcp/443 to network-s3",
      "network-date: tcp/8080 from network-bff",
      "network-frontend: tcp/443 to network-container-endpoints",
      "network-frontend: tcp/443 to network-s3",
      "network-frontend: tcp/8080 from network-client",
      "network-frontend: tcp/8080 to network-bff",
      "network-time: tcp/443 to network-container-endpoints",
      "network-time: tcp/443 to network-dynamodb",
      "network-time: tcp/443 to network-s3",
      "network-time: tcp/8080 from network-bff",
    ]);
  });

  it("opens the NAT gateway for the services that pull a public image, not for the frontend", () => {
    const lease = graph.one("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease", "egress-lease");
    const { egressSecurityGroupIds } = lease.inputs.network as { egressSecurityGroupIds: unknown };
    assert.deepEqual(
      egressSecurityGroupIds,
      traced.map((name) => graph.one("aws:ec2/securityGroup:SecurityGroup", `network-${name}`).id),
    );
  });

  it("has the endpoints of dev, and DynamoDB's for this table only", () => {
    const images = repositories(...services, daemonRepository);
    assert.deepEqual(graph.endpoints(), {
      "Interface ecr.api": [logIn, `${pull} on ${images}`, importDaemon],
      "Interface ecr.dkr": [`${pull} on ${images}`, importDaemon],
      "Interface logs": [logs(...services)],
      "Interface ssm": [`ssm:UpdateInstanceInformation on arn:aws:ec2:${region}:*:instance/*`],
      "Interface ssmmessages": [session],
      "Interface xray": [xray],
      "Gateway dynamodb": [putItem],
      "Gateway s3": [
        `s3:GetObject on arn:aws:s3:::prod-${region}-starport-layer-bucket/*`,
        `s3:GetObject on arn:aws:s3:::al2023-repos-${region}-de612dc2/*`,
      ],
    });
  });

  it("gives every service roles of its own, for its images, its logs and what it does", () => {
    const execution = (name: string) => [
      logIn,
      `${pull} on ${repositories(name, daemonRepository)}`,
      importDaemon,
      logs(name),
    ];
    assert.deepEqual(graph.roles(), {
      "frontend-execution": [logIn, `${pull} on ${repositories("frontend")}`, logs("frontend")],
      "egress-dead-man-switch": [
        `ec2:DeleteNatGateway on arn:aws:ec2:${region}:123456789012:natgateway/*`,
        `ec2:ReleaseAddress on arn:aws:ec2:${region}:123456789012:elastic-ip/*`,
      ],
      "bff-execution": execution("bff"),
      "bff-task": [xray],
      "date-execution": execution("date"),
      "date-task": [xray, putItem],
      "time-execution": execution("time"),
      "time-task": [xray, putItem],
      "client-policy": [`ssm:UpdateInstanceInformation on arn:aws:ec2:${account}:instance/*`, session],
    });
    for (const name of services) {
      const { inputs } = graph.one("aws:ecs/taskDefinition:TaskDefinition", name);
      assert.deepEqual(
        [inputs.executionRoleArn, inputs.taskRoleArn],
        ["execution", "task"].map((role) => graph.one("aws:iam/role:Role", `${name}-${role}`).outputs.arn),
      );
    }
  });

  it("lets each backend write its own item only", () => {
    for (const name of ["date", "time"]) {
      const policy = JSON.parse(String(graph.one("aws:iam/rolePolicy:RolePolicy", `${name}-task`).inputs.policy));
      assert.deepEqual(policy.Statement[1].Condition, {
        "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": name },
      });
    }
  });

  it("keeps the table encrypted and restorable, and bills it by use", () => {
    assert.deepEqual(table().inputs, {
      billingMode: "PAY_PER_REQUEST",
      hashKey: "SubAppId",
      attributes: [{ name: "SubAppId", type: "S" }],
      serverSideEncryption: { enabled: true },
      pointInTimeRecovery: { enabled: true },
      ttl: { enabled: false },
      tags: { Project: "traced-fargate", Stack: "chain" },
    });
  });

  it("finds every service by its name", () => {
    const namespace = graph.one("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace", "cluster");
    assert.equal(namespace.inputs.name, domain);
    for (const name of services) {
      const entry = graph.one("aws:servicediscovery/service:Service", name);
      assert.deepEqual(
        [entry.inputs.name, (entry.inputs.dnsConfig as { namespaceId: unknown }).namespaceId],
        [name, namespace.id],
      );
      const { serviceRegistries } = graph.one("aws:ecs/service:Service", name).inputs;
      assert.deepEqual(serviceRegistries, { registryArn: entry.outputs.arn });
    }
  });

  it("removes the NAT gateway after all four services, proven by a task of each that is traced", () => {
    const before = madeBefore(release(), evaluation);
    for (const name of services) {
      const component = graph.one("traced-fargate:service:TracedService", name);
      const children: RecordedResource[] = descendants(component, evaluation);
      assert.ok(children.length > 5);
      for (const child of children) {
        assert.ok(before.has(child.urn), `the release does not wait for ${child.name}`);
      }
    }
    const { tasks } = release().inputs.proof as { tasks: Record<string, unknown>[] };
    assert.deepEqual(
      tasks.map(({ service, container, command, taskDefinition, logGroup }) => {
        return [service, container, command, taskDefinition, logGroup];
      }),
      traced.map((name) => {
        const { arn } = graph.one("aws:ecs/taskDefinition:TaskDefinition", name).outputs;
        return [name, name, ["node", "probe.cjs"], arn, `/traced-fargate/chain/${name}`];
      }),
    );
  });

  it("samples no health checks, and groups the traces of the three services", () => {
    assert.deepEqual(
      graph.ofType("aws:xray/samplingRule:SamplingRule").map(({ name, inputs }) => {
        const { priority, reservoirSize, fixedRate, httpMethod, urlPath, serviceName } = inputs;
        return [name, priority, reservoirSize, fixedRate, httpMethod, urlPath, serviceName];
      }),
      traced.map((name) => {
        return [`tracing-${name}-health`, 1, 0, 0, "GET", "/health", `traced-fargate-chain-${name}`];
      }),
    );
    assert.equal(
      graph.one("aws:xray/group:Group", "tracing").inputs.filterExpression,
      traced.map((name) => `service("traced-fargate-chain-${name}")`).join(" OR "),
    );
  });

  it("says how to send load to the bff and how to open the page", () => {
    const { serviceUrl, sendLoad, startSession, forwardPort, natGateway } = evaluation.outputs;
    assert.equal(serviceUrl, `http://bff.${domain}:8080`);
    assert.equal(sendLoad, `ab -n 100 http://bff.${domain}:8080/`);
    assert.equal(
      forwardPort,
      `${startSession} --document-name AWS-StartPortForwardingSessionToRemoteHost ` +
        `--parameters host=frontend.${domain},portNumber=8080,localPortNumber=8080`,
    );
    assert.equal(natGateway, release().outputs.status);
  });

  it("is made of nothing else", () => {
    assert.deepEqual(graph.counts(), {
      ...counts,
      SecurityGroup: 7,
      LogGroup: 4,
      Role: 10,
      RolePolicy: 9,
      TaskDefinition: 4,
      Service: 8,
      Table: 1,
      "docker-build:index:Image": 4,
      Repository: 5,
      LifecyclePolicy: 4,
      PullThroughCacheRule: 1,
      VpcEndpoint: 8,
      SecurityGroupIngressRule: 10,
      SecurityGroupEgressRule: 17,
      SamplingRule: 3,
      "pulumi-nodejs:dynamic/traced-fargate:ServiceDeployment": 4,
      "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease": 1,
      "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLeaseSafeguard": 1,
      "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayRelease": 1,
    });
  });
});
