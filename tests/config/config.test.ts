import assert from "node:assert/strict";
import { Region } from "@pulumi/aws";
import fc from "fast-check";
import { settingWarnings } from "../../config/rules";
import { described, linesOf, parseWith, typed } from "./parse";

describe("config", () => {
  it("turns the defaults of Pulumi.yaml into typed values, in a group for each component", () => {
    assert.deepEqual(parseWith(), {
      project: "traced-fargate",
      stack: "dev",
      location: { region: "eu-central-1", profile: undefined, assumeRoles: undefined, endpoints: undefined },
      roles: { permissionsBoundary: undefined, rolePath: "/" },
      logs: { logRetentionDays: 14, logKmsKeyArn: undefined },
      app: { kind: "hello", appPort: 8080, accessLog: "off", metrics: false, timeZone: "+09:00" },
      collector: {
        kind: "xray-daemon",
        collectorImageTag: undefined,
        collectorCpu: 32,
        collectorMemoryReservation: 256,
        collectorLogLevel: "info",
        proxyUrl: "",
        proxyCidr: "",
      },
      images: { collectorImageSource: "pull-through-cache", cpuArchitecture: "ARM64", repositoryForceDelete: true },
      network: {
        vpcCidr: "10.0.0.0/16",
        subnets: { public: "10.0.1.0/24", client: "10.0.2.0/24", containers: ["10.0.3.0/24"] },
      },
      dnsFirewall: false,
      dnsQueryLogs: false,
      flowLogs: undefined,
      cluster: { containerInsights: "disabled" },
      egress: { deadlineMinutes: 120, deadLetterQueueArn: undefined, tags: undefined },
      connectivityProof: true,
      task: {
        cpuArchitecture: "ARM64",
        taskCpu: 512,
        taskMemory: 1024,
        appCpu: 480,
        appMemoryReservation: 768,
        appPort: 8080,
        minTaskCount: 1,
        maxTaskCount: 1,
        autoscalingCpuPercent: 60,
      },
      operations: undefined,
      client: { instanceType: "t4g.nano", ec2messages: false },
    });
  });

  const boundary = "arn:aws:iam::123456789012:policy/boundary";
  const queue = "arn:aws:sqs:eu-central-1:123456789012:my_queue-1";
  const key = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
  const viaProxy = { collector: "xray-daemon-via-proxy", proxyUrl: "http://10.1.0.5:3128" };
  const mirrored = { collectorImageSource: "mirror" };
  /** Another value of every setting, where it arrives, and what it is there; with settings which it needs. */
  const others: Record<string, [value: string, path: string, arrives: unknown, needs?: Record<string, string>]> = {
    app: ["chain", "app.kind", "chain"],
    timeZone: ["-03:30", "app.timeZone", "-03:30"],
    accessLog: ["on", "app.accessLog", "on"],
    appPort: ["9000", "app.appPort", 9000],
    alarms: ["on", "operations", { alarms: true, alarmEmail: undefined, dashboard: false }],
    alarmEmail: ["on-call@example.com", "operations.alarmEmail", "on-call@example.com", { alarms: "on" }],
    dashboard: ["on", "operations", { alarms: false, alarmEmail: undefined, dashboard: true }],
    collector: ["xray-daemon-packed", "collector.kind", "xray-daemon-packed"],
    proxyUrl: ["http://10.1.0.6:3128", "collector.proxyUrl", "http://10.1.0.6:3128", viaProxy],
    proxyCidr: ["10.1.0.0/28", "collector.proxyCidr", "10.1.0.0/28", viaProxy],
    collectorImageTag: ["3.5.0", "collector.collectorImageTag", "3.5.0"],
    collectorLogLevel: ["warn", "collector.collectorLogLevel", "warn"],
    collectorCpu: ["16", "collector.collectorCpu", 16],
    collectorMemoryReservation: ["128", "collector.collectorMemoryReservation", 128],
    collectorImageSource: ["mirror", "images.collectorImageSource", "mirror"],
    repositoryForceDelete: ["false", "images.repositoryForceDelete", false],
    cpuArchitecture: ["X86_64", "images.cpuArchitecture", "X86_64"],
    vpcCidr: ["10.8.0.0/16", "network.vpcCidr", "10.8.0.0/16"],
    availabilityZones: ["2", "network.subnets.containers", ["10.0.3.0/24", "10.0.4.0/24"]],
    publicSubnetCidr: ["10.0.9.0/24", "network.subnets.public", "10.0.9.0/24"],
    clientSubnetCidr: ["10.0.9.0/24", "network.subnets.client", "10.0.9.0/24"],
    containerSubnetCidrs: ['["10.0.9.0/24"]', "network.subnets.containers", ["10.0.9.0/24"]],
    dnsFirewall: ["block", "dnsFirewall", true, mirrored],
    dnsQueryLogs: ["on", "dnsQueryLogs", true],
    flowLogs: ["all", "flowLogs", "ALL"],
    containerInsights: ["enhanced", "cluster.containerInsights", "enhanced"],
    egress: ["none", "egress", undefined, mirrored],
    natGatewayDeadlineMinutes: ["60", "egress.deadlineMinutes", 60],
    deadLetterQueueArn: [queue, "egress.deadLetterQueueArn", queue],
    connectivityProof: ["false", "connectivityProof", false],
    taskCpu: ["1024", "task.taskCpu", 1024, { taskMemory: "2048" }],
    taskMemory: ["2048", "task.taskMemory", 2048],
    appCpu: ["400", "task.appCpu", 400],
    appMemoryReservation: ["700", "task.appMemoryReservation", 700],
    minTaskCount: ["2", "task.minTaskCount", 2, { maxTaskCount: "3" }],
    maxTaskCount: ["2", "task.maxTaskCount", 2],
    autoscalingCpuPercent: ["50", "task.autoscalingCpuPercent", 50],
    logRetentionDays: ["30", "logs.logRetentionDays", 30],
    logKmsKeyArn: [key, "logs.logKmsKeyArn", key],
    client: ["none", "client", undefined],
    clientInstanceType: ["t4g.small", "client.instanceType", "t4g.small"],
    ec2messagesEndpoint: ["true", "client.ec2messages", true],
    permissionsBoundary: [boundary, "roles.permissionsBoundary", boundary],
    rolePath: ["/team/", "roles.rolePath", "/team/"],
  };

  it("has another value of every setting where its component looks for it", () => {
    assert.deepEqual(Object.keys(others).sort(), Object.keys(described).sort());
    for (const [setting, [value, path, arrives, needs]] of Object.entries(others)) {
      const at = (config: unknown): unknown =>
        path.split(".").reduce((group: unknown, key) => (group as Record<string, unknown>)[key], config);
      assert.deepEqual(at(parseWith({ ...needs, [setting]: value })), arrives, setting);
      assert.notDeepEqual(at(parseWith(needs)), arrives, setting);
    }
    const { app, task, images } = parseWith({ appPort: "9000", cpuArchitecture: "X86_64" });
    assert.deepEqual([app.appPort, images.cpuArchitecture], [task.appPort, task.cpuArchitecture]);
    for (const setting of ["alarms", "dashboard"]) assert.ok(parseWith({ [setting]: "on" }).app.metrics, setting);
  });

  it("takes every commercial region, and those only", () => {
    const accepted = Object.values(Region).filter((region) => linesOf({ "aws:region": region }).length === 0);
    assert.ok(accepted.length >= 34, "there were 34 in September 2025");
    for (const region of accepted) {
      assert.match(region, /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|(north|south)?(east|west)?)-\d$/);
    }
  });

  it("leaves the settings of Pulumi and of the providers alone", () => {
    assert.deepEqual(linesOf({ "pulumi:tags": "{}", "awsx:x": "1", "docker-build:host": "ssh://builder" }), []);
  });

  it("says of wrong ranges what to type, until all is well", () => {
    const part = fc.constantFrom("10.0.0", "10.0.1", "10.0.3", "10.1.0", "127.0.0", "300.1.1");
    const range = fc
      .tuple(part, fc.constantFrom(0, 1, 64, 128), fc.integer({ min: 14, max: 33 }))
      .map(([network, host, prefix]) => `${network}.${host}/${prefix}`);
    const given = fc.record(
      {
        vpcCidr: range,
        availabilityZones: fc.constantFrom("1", "2", "3"),
        publicSubnetCidr: range,
        clientSubnetCidr: range,
        containerSubnetCidrs: fc.array(range, { maxLength: 3 }).map((list) => JSON.stringify(list)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(given, (values) => {
        let changed: Record<string, string> = values;
        let lines = linesOf(changed);
        for (let step = 0; lines.length > 0 && step < 10; step++) {
          changed = typed(changed, lines);
          lines = linesOf(changed);
        }
        assert.deepEqual(lines, []);
      }),
      { numRuns: 200 },
    );
  });

  it("cuts long values in messages", () => {
    const long = "x".repeat(5000);
    const viaProxy = { collector: "xray-daemon-via-proxy", proxyUrl: long };
    const changes = [
      { "aws:region": long, vpcCidr: long, containerSubnetCidrs: long },
      { containerSubnetCidrs: JSON.stringify([long, "10.0.3.0/24", long]), availabilityZones: "3" },
      viaProxy,
      { ...viaProxy, proxyUrl: `http://me:secret@${long}` },
    ];
    for (const line of changes.flatMap(linesOf)) {
      assert.ok(line.length < 400, line);
    }
  });
});

describe("settingWarnings", () => {
  const warningsWith = (changes: Record<string, string>) => settingWarnings(parseWith(changes));

  it("has nothing to say of the usual settings", () => assert.deepEqual(warningsWith({}), []));

  it("says that a NAT gateway would be made for nobody", () => {
    const said =
      "egress is temporary-nat-gateway, although nothing is fetched from the internet with collectorImageSource " +
      "mirror. To make no NAT gateway, type: pulumi config set egress none";
    assert.deepEqual(warningsWith({ collectorImageSource: "mirror" }), [said]);
    assert.deepEqual(warningsWith({ collectorImageSource: "mirror", egress: "none" }), []);
  });

  it("says what destroy will take when repositories with images are kept, and what is not proven", () => {
    assert.deepEqual(warningsWith({ repositoryForceDelete: "false", connectivityProof: "false" }), [
      "connectivityProof is off: the NAT gateway is removed without proof that nothing needs it.",
      "repositoryForceDelete is off: `destroy` will stop at repositories that hold images. To remove them with the " +
        "stack, first type: pulumi config set repositoryForceDelete true && npm run up",
    ]);
  });
});
