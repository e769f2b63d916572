import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Region } from "@pulumi/aws";
import fc from "fast-check";
import { parse } from "yaml";
import { ConfigError, parseConfig } from "../../config";

const root = join(__dirname, "../..");
const project = parse(readFileSync(join(root, "Pulumi.yaml"), "utf8")) as {
  config: Record<string, { default: unknown; type: string; description: string }>;
};
/** The configuration as the CLI hands it to the program: the defaults, everything as text. */
const defaults = Object.fromEntries(
  Object.entries(project.config).map(([key, { default: value }]) => [
    `traced-fargate:${key}`,
    typeof value === "string" ? value : JSON.stringify(value),
  ]),
);
const parseWith = (changes: Record<string, string | undefined>) => {
  const values: Record<string, string | undefined> = { ...defaults, "aws:region": "eu-central-1", ...changes };
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return parseConfig(Object.fromEntries(given), "traced-fargate", "dev");
};
const linesOf = (changes: Record<string, string | undefined>): string[] => {
  try {
    parseWith(changes);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.equal(error.message, error.problems.map(({ key, message }) => `${key}: ${message}`).join("\n"));
    const lines = error.message.split("\n");
    for (const line of lines) {
      assert.match(line, /[;?] type: (pulumi config (set|set-all|rm)|sed) [^;]+$/, "it does not end with what to type");
    }
    return lines;
  }
  return [];
};

const queue = "arn:aws:sqs:eu-central-1:123456789012:my_queue-1";

describe("config", () => {
  it("turns the defaults of Pulumi.yaml into typed values", () => {
    assert.deepEqual(parseWith({}), {
      project: "traced-fargate",
      stack: "dev",
      region: "eu-central-1",
      profile: undefined,
      assumeRoles: undefined,
      endpoints: undefined,
      defaultTags: undefined,
      app: "hello",
      collector: "xray-daemon",
      egress: "temporary-nat-gateway",
      connectivityProof: true,
      natGatewayDeadlineMinutes: 120,
      deadLetterQueueArn: undefined,
      collectorImageSource: "pull-through-cache",
      collectorImageTag: "3.6.7",
      collectorLogLevel: "info",
      proxyUrl: "",
      proxyCidr: "",
      vpcCidr: "10.0.0.0/16",
      availabilityZones: 1,
      publicSubnetCidr: undefined,
      clientSubnetCidr: undefined,
      containerSubnetCidrs: undefined,
      subnets: { public: "10.0.1.0/24", client: "10.0.2.0/24", containers: ["10.0.3.0/24"] },
      timeZone: "+09:00",
      cpuArchitecture: "ARM64",
      taskCpu: 512,
      taskMemory: 1024,
      appCpu: 480,
      appMemoryReservation: 768,
      collectorCpu: 32,
      collectorMemoryReservation: 256,
      appPort: 8080,
      minTaskCount: 1,
      maxTaskCount: 1,
      autoscalingCpuPercent: 60,
      logRetentionDays: 14,
      accessLog: "off",
      dnsFirewall: "off",
      client: "load",
      clientInstanceType: "t4g.nano",
      ec2messagesEndpoint: false,
      repositoryForceDelete: true,
      permissionsBoundary: undefined,
      rolePath: "/",
    });
  });

  it("describes every key in Pulumi.yaml, with a type and a default", () => {
    for (const [key, { type, default: value, description }] of Object.entries(project.config)) {
      assert.ok(["string", "integer", "boolean", "array"].includes(type), key);
      assert.ok(value !== undefined, key);
      assert.match(description, /^[A-Z].*[.\n]$/s, key);
    }
  });

  it("takes every commercial region, and those only", () => {
    const accepted = Object.values(Region).filter((region) => linesOf({ "aws:region": region }).length === 0);
    assert.ok(accepted.length >= 34, "there were 34 in September 2025");
    for (const region of accepted) {
      assert.match(region, /^(af|ap|ca|eu|il|me|mx|sa|us)-(central|(north|south)?(east|west)?)-\d$/);
    }
  });

  it("takes a standard queue of the stack's region", () => {
    assert.equal(parseWith({ "traced-fargate:deadLetterQueueArn": queue }).deadLetterQueueArn, queue);
  });

  it("leaves the settings of Pulumi and of the providers alone", () => {
    const others = { "pulumi:tags": "{}", "awsx:x": "1", "docker-build:host": "ssh://builder" };
    assert.deepEqual(linesOf(others), []);
  });

  /** The values after what the lines say is typed; of several lines about one key the first. */
  const typed = (values: Record<string, string>, lines: readonly string[]): Record<string, string> => {
    const changed = { ...values };
    for (const line of lines.toReversed()) {
      const [, command = ""] = /; type: (pulumi config .*)$/.exec(line) ?? [];
      const [, verb, key = "", value = ""] = /^pulumi config (set|rm) (\S+) ?(\S*)$/.exec(command) ?? [];
      const items = [...command.matchAll(/--plaintext '([^[]+)\[\d\]=([^']+)'/g)];
      const [list] = items;
      if (verb !== undefined) {
        changed[key] = verb === "set" ? value : (defaults[key] ?? "");
      } else {
        assert.ok(command.startsWith("pulumi config set-all --path") && list?.[1] !== undefined, line);
        changed[list[1]] = JSON.stringify(items.map(([, , item]) => item));
      }
    }
    return changed;
  };

  it("says of wrong ranges what to type, until all is well", () => {
    const part = fc.constantFrom("10.0.0", "10.0.1", "10.0.3", "10.1.0", "127.0.0", "300.1.1");
    const range = fc
      .tuple(part, fc.constantFrom(0, 1, 64, 128), fc.integer({ min: 14, max: 33 }))
      .map(([network, host, prefix]) => `${network}.${host}/${prefix}`);
    const ranges = fc.array(range, { maxLength: 3 }).map((list) => JSON.stringify(list));
    const given = fc.record(
      {
        "traced-fargate:vpcCidr": range,
        "traced-fargate:availabilityZones": fc.constantFrom("1", "2", "3"),
        "traced-fargate:publicSubnetCidr": range,
        "traced-fargate:clientSubnetCidr": range,
        "traced-fargate:containerSubnetCidrs": ranges,
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
    const values = { "aws:region": long, "traced-fargate:vpcCidr": long, "traced-fargate:containerSubnetCidrs": long };
    const inList = { "traced-fargate:containerSubnetCidrs": JSON.stringify([long, "10.0.3.0/24", long]) };
    const viaProxy = { "traced-fargate:collector": "xray-daemon-via-proxy", "traced-fargate:proxyUrl": long };
    const password = { ...viaProxy, "traced-fargate:proxyUrl": `http://me:secret@${long}` };
    for (const line of [values, { ...inList, "traced-fargate:availabilityZones": "3" }, viaProxy, password].flatMap(
      linesOf,
    )) {
      assert.ok(line.length < 400, line);
    }
  });

  it("takes given subnets in place of computed ones", () => {
    const { subnets } = parseWith({
      "traced-fargate:availabilityZones": "2",
      "traced-fargate:publicSubnetCidr": "10.0.100.0/28",
      "traced-fargate:containerSubnetCidrs": '["10.0.10.0/24","10.0.11.0/24"]',
    });
    assert.deepEqual(subnets, {
      public: "10.0.100.0/28",
      client: "10.0.2.0/24",
      containers: ["10.0.10.0/24", "10.0.11.0/24"],
    });
  });

  const bad: [what: string, changes: Record<string, string | undefined>, expected: string][] = [
    [
      "an unknown collector",
      { "traced-fargate:collector": "jaeger" },
      'traced-fargate:collector: "jaeger" is not allowed; allowed: xray-daemon, xray-daemon-via-proxy, ' +
        "xray-daemon-packed; type: pulumi config set traced-fargate:collector xray-daemon",
    ],
    [
      "a log level the daemon has not",
      { "traced-fargate:collectorLogLevel": "trace" },
      'traced-fargate:collectorLogLevel: "trace" is not allowed; allowed: info, dev, debug, warn, error, prod; ' +
        "type: pulumi config set traced-fargate:collectorLogLevel info",
    ],
    [
      "a log level which the packed daemon would not take",
      { "traced-fargate:collector": "xray-daemon-packed", "traced-fargate:collectorLogLevel": "debug" },
      "traced-fargate:collectorLogLevel: the image with the daemon packed into it logs at info; " +
        "type: pulumi config set traced-fargate:collectorLogLevel info",
    ],
    [
      "a proxy which nobody uses",
      { "traced-fargate:proxyUrl": "http://10.1.0.5:3128" },
      "traced-fargate:collector: xray-daemon uses no proxy; " +
        "type: pulumi config set traced-fargate:collector xray-daemon-via-proxy",
    ],
    [
      "a collector without its proxy",
      { "traced-fargate:collector": "xray-daemon-via-proxy" },
      "traced-fargate:proxyUrl: is empty, but the collector sends through a proxy; " +
        "type: pulumi config set traced-fargate:proxyUrl http://proxy.example.internal:3128",
    ],
    [
      "no region",
      { "aws:region": undefined },
      "aws:region: is not set; allowed: the name of a commercial AWS region; type: pulumi config set aws:region eu-central-1",
    ],
    ...[
      ["of another partition", "cn-north-1", "eu-north-1"],
      ["of AWS's European sovereign cloud", "eusc-de-east-1", "us-east-1"],
      ["of an isolated partition", "eu-isoe-west-1", "eu-west-1"],
      ["with a wrong number", "eu-central-9", "eu-central-1"],
      ["that does not exist", "xx-nowhere-1", "ap-northeast-1"],
    ].map(([what, region, instead]): [string, Record<string, string>, string] => [
      `a region ${what}`,
      { "aws:region": String(region) },
      `aws:region: "${region}" is not allowed; allowed: the name of a commercial AWS region; ` +
        `type: pulumi config set aws:region ${instead}`,
    ]),
    [
      "a tag longer than tags are",
      { "traced-fargate:collectorImageTag": `3.6.${"7".repeat(125)}` },
      `traced-fargate:collectorImageTag: "3.6.${"7".repeat(56)}..." is not allowed; allowed: an exact version of at most ` +
        "128 characters; a tag that moves changes the image under running tasks; " +
        "type: pulumi config set traced-fargate:collectorImageTag 3.6.7",
    ],
    [
      "a key of the project before it was renamed",
      { "garden:collector": "xray-daemon-via-proxy" },
      "garden:collector: has no effect, because the project is called traced-fargate; " +
        "type: sed -i.bak 's/^  garden:/  traced-fargate:/' Pulumi.dev.yaml",
    ],
    [
      "a key of a provider that is not used",
      { "gcp:project": "x" },
      "gcp:project: is not read by anything; type: pulumi config rm gcp:project",
    ],
    [
      "a misspelt key",
      { "traced-fargate:tascCpu": "512" },
      "traced-fargate:tascCpu: is not a setting; did you mean taskCpu? type: pulumi config rm traced-fargate:tascCpu",
    ],
    [
      "a number in words",
      { "traced-fargate:availabilityZones": "two" },
      'traced-fargate:availabilityZones: "two" is not allowed; allowed: a whole number from 1 to 3; ' +
        "type: pulumi config set traced-fargate:availabilityZones 1",
    ],
    [
      "a CPU size Fargate has not",
      { "traced-fargate:taskCpu": "300" },
      'traced-fargate:taskCpu: "300" is not allowed; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384; ' +
        "type: pulumi config set traced-fargate:taskCpu 512",
    ],
    [
      "memory that does not go with the CPU",
      { "traced-fargate:taskMemory": "5120" },
      "traced-fargate:taskMemory: 5120 MiB does not go with taskCpu 512; allowed: 1024, 2048, 3072, 4096; " +
        "type: pulumi config set traced-fargate:taskMemory 4096",
    ],
    [
      "a deadline no deployment keeps",
      { "traced-fargate:natGatewayDeadlineMinutes": "59" },
      'traced-fargate:natGatewayDeadlineMinutes: "59" is not allowed; allowed: 0 for none, or a whole number from 60 to ' +
        "1440; type: pulumi config set traced-fargate:natGatewayDeadlineMinutes 120",
    ],
    [
      "what is not a queue",
      { "traced-fargate:deadLetterQueueArn": "arn:aws:sns:eu-central-1:123456789012:switch" },
      'traced-fargate:deadLetterQueueArn: "arn:aws:sns:eu-central-1:123456789012:switch" is not allowed; allowed: ' +
        "the ARN of a standard SQS queue, which is not a FIFO queue, or empty for none; " +
        "type: pulumi config set traced-fargate:deadLetterQueueArn " +
        "arn:aws:sqs:eu-central-1:123456789012:dead-man-switch",
    ],
    [
      "a FIFO queue",
      { "traced-fargate:deadLetterQueueArn": `${queue}.fifo` },
      `traced-fargate:deadLetterQueueArn: "${queue}.fifo" is not allowed; allowed: the ` +
        "ARN of a standard SQS queue, which is not a FIFO queue, or empty for none; " +
        "type: pulumi config set traced-fargate:deadLetterQueueArn " +
        "arn:aws:sqs:eu-central-1:123456789012:dead-man-switch",
    ],
    [
      "a queue of another region",
      { "traced-fargate:deadLetterQueueArn": queue, "aws:region": "eu-north-1" },
      "traced-fargate:deadLetterQueueArn: the queue is in eu-central-1, but the stack in eu-north-1; " +
        `type: pulumi config set traced-fargate:deadLetterQueueArn ${queue.replace("central", "north")}`,
    ],
    [
      "a queue that nothing is told to without a NAT gateway",
      {
        "traced-fargate:deadLetterQueueArn": queue,
        "traced-fargate:egress": "none",
        "traced-fargate:collectorImageSource": "mirror",
      },
      "traced-fargate:deadLetterQueueArn: has no effect, because egress is none; " +
        "type: pulumi config rm traced-fargate:deadLetterQueueArn",
    ],
    [
      "a queue that nothing is told to without a deadline",
      { "traced-fargate:deadLetterQueueArn": queue, "traced-fargate:natGatewayDeadlineMinutes": "0" },
      "traced-fargate:deadLetterQueueArn: has no effect, because natGatewayDeadlineMinutes is 0; " +
        "type: pulumi config rm traced-fargate:deadLetterQueueArn",
    ],
    [
      "containers with more CPU than the task",
      { "traced-fargate:appCpu": "500" },
      "traced-fargate:appCpu: appCpu 500 and collectorCpu 32 together exceed taskCpu 512; " +
        "type: pulumi config set traced-fargate:appCpu 480",
    ],
    [
      "containers with more memory than the task",
      { "traced-fargate:collectorMemoryReservation": "512" },
      "traced-fargate:appMemoryReservation: appMemoryReservation 768 and collectorMemoryReservation 512 together " +
        "exceed taskMemory 1024; type: pulumi config set traced-fargate:appMemoryReservation 512",
    ],
    [
      "retention CloudWatch Logs has not",
      { "traced-fargate:logRetentionDays": "13" },
      'traced-fargate:logRetentionDays: "13" is not allowed; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, ' +
        "400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653; " +
        "type: pulumi config set traced-fargate:logRetentionDays 14",
    ],
    [
      "a moving tag",
      { "traced-fargate:collectorImageTag": "latest" },
      'traced-fargate:collectorImageTag: "latest" is not allowed; allowed: an exact version of at most 128 characters; ' +
        "a tag that moves changes the image under running tasks; type: pulumi config set traced-fargate:collectorImageTag 3.6.7",
    ],
    [
      "the public image with a temporary NAT gateway",
      { "traced-fargate:collectorImageSource": "upstream" },
      "traced-fargate:collectorImageSource: upstream is refused: Fargate pulls again for every task, when the VPC " +
        "has no way out any more; type: pulumi config set traced-fargate:collectorImageSource pull-through-cache",
    ],
    [
      "the public image without a way out",
      { "traced-fargate:collectorImageSource": "upstream", "traced-fargate:egress": "none" },
      "traced-fargate:collectorImageSource: upstream is refused: Fargate pulls again for every task, when the VPC " +
        "has no way out any more; type: pulumi config set traced-fargate:collectorImageSource mirror",
    ],
    [
      "a pull-through cache without a way out",
      { "traced-fargate:egress": "none" },
      "traced-fargate:collectorImageSource: pull-through-cache needs a way out for its first pull, but egress is " +
        "none; type: pulumi config set traced-fargate:collectorImageSource mirror",
    ],
    [
      "a DNS firewall before a pull through the cache",
      { "traced-fargate:dnsFirewall": "block" },
      "traced-fargate:dnsFirewall: block does not let the public registry's hosts be looked up, from which " +
        "pull-through-cache pulls; type: pulumi config set traced-fargate:dnsFirewall off",
    ],
    [
      "the daemon's port",
      { "traced-fargate:appPort": "2000" },
      "traced-fargate:appPort: 2000 is taken by the X-Ray daemon in the same task; " +
        "type: pulumi config set traced-fargate:appPort 8080",
    ],
    [
      "fewer tasks at most than at least",
      { "traced-fargate:minTaskCount": "3", "traced-fargate:maxTaskCount": "2" },
      "traced-fargate:maxTaskCount: 2 is less than minTaskCount 3; " +
        "type: pulumi config set traced-fargate:maxTaskCount 3",
    ],
    [
      "yes for true",
      { "traced-fargate:repositoryForceDelete": "yes" },
      'traced-fargate:repositoryForceDelete: "yes" is not allowed; allowed: true, false; ' +
        "type: pulumi config set traced-fargate:repositoryForceDelete false",
    ],
    [
      "an instance without an Arm processor",
      { "traced-fargate:clientInstanceType": "t3.nano" },
      'traced-fargate:clientInstanceType: "t3.nano" is not allowed; allowed: t4g.nano, t4g.micro, t4g.small, t4g.medium, ' +
        "t4g.large, t4g.xlarge, t4g.2xlarge; type: pulumi config set traced-fargate:clientInstanceType t4g.nano",
    ],
    [
      "a VPC AWS does not make",
      { "traced-fargate:vpcCidr": "10.0.0.0/33" },
      'traced-fargate:vpcCidr: "10.0.0.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as ' +
        "10.0.0.0/16; type: pulumi config set traced-fargate:vpcCidr 10.0.0.0/16",
    ],
    [
      "a VPC too small for the subnets of two zones",
      { "traced-fargate:vpcCidr": "10.0.0.64/26", "traced-fargate:availabilityZones": "2" },
      "traced-fargate:vpcCidr: 10.0.0.64/26 is too small for 4 subnets beside the unused first block; " +
        "write one from /16 to /25, or give every subnet its addresses; " +
        "type: pulumi config set traced-fargate:vpcCidr 10.0.0.0/25",
    ],
    [
      "a VPC too small for the subnets of one zone",
      { "traced-fargate:vpcCidr": "10.0.0.64/27" },
      "traced-fargate:vpcCidr: 10.0.0.64/27 is too small for 3 subnets beside the unused first block; " +
        "write one from /16 to /26, or give every subnet its addresses; " +
        "type: pulumi config set traced-fargate:vpcCidr 10.0.0.64/26",
    ],
    [
      "a given subnet that overlaps a computed one",
      { "traced-fargate:clientSubnetCidr": "10.0.3.0/25" },
      "traced-fargate:clientSubnetCidr: 10.0.3.0/25 overlaps the container subnet 10.0.3.0/24; " +
        "write addresses of its own; type: pulumi config set traced-fargate:clientSubnetCidr 10.0.0.0/25",
    ],
    [
      "a subnet too few for the zones",
      { "traced-fargate:availabilityZones": "2", "traced-fargate:containerSubnetCidrs": '["10.0.3.0/24"]' },
      "traced-fargate:containerSubnetCidrs: 1 given for 2 availability zones; write one for each zone; " +
        "type: pulumi config rm traced-fargate:containerSubnetCidrs",
    ],
    [
      "a subnet too many for the zone",
      { "traced-fargate:containerSubnetCidrs": '["10.0.3.0/24","10.0.4.0/24"]' },
      "traced-fargate:containerSubnetCidrs: 2 given for 1 availability zone; write one for each zone; " +
        "type: pulumi config rm traced-fargate:containerSubnetCidrs",
    ],
    [
      "more tasks than the subnet has addresses for",
      { "traced-fargate:app": "chain", "traced-fargate:maxTaskCount": "40" },
      "traced-fargate:maxTaskCount: 10.0.3.0/24 has 251 addresses, but a deployment needs 327: for 40 tasks of each of " +
        "4 services and as many new ones, 4 endpoints and 3 tasks of the proof; " +
        "type: pulumi config set traced-fargate:maxTaskCount 30",
    ],
    [
      "more tasks at least than the subnet has addresses for",
      {
        "traced-fargate:app": "chain",
        "traced-fargate:minTaskCount": "40",
        "traced-fargate:maxTaskCount": "40",
        "traced-fargate:connectivityProof": "false",
      },
      "traced-fargate:containerSubnetCidrs: 10.0.3.0/24 has 251 addresses, but a deployment needs 324: for 40 tasks of " +
        "each of 4 services and as many new ones, 4 endpoints and 0 tasks of the proof; " +
        "type: pulumi config set-all --path --plaintext 'traced-fargate:containerSubnetCidrs[0]=10.0.4.0/23'",
    ],
    [
      "a VPC without room for an app of four services",
      { "traced-fargate:app": "chain", "traced-fargate:vpcCidr": "10.0.0.0/26" },
      "traced-fargate:vpcCidr: 10.0.0.48/28 has 11 addresses, but a deployment needs 15: for 1 task of " +
        "each of 4 services and as many new ones, 4 endpoints and 3 tasks of the proof; " +
        "type: pulumi config set traced-fargate:vpcCidr 10.0.0.0/16",
    ],
    [
      "a list that is none",
      { "traced-fargate:containerSubnetCidrs": "10.0.3.0/24" },
      'traced-fargate:containerSubnetCidrs: "10.0.3.0/24" is not allowed; allowed: a list of IPv4 ranges, one a zone, ' +
        "or none to have them computed; type: pulumi config rm traced-fargate:containerSubnetCidrs",
    ],
  ];
  for (const [what, changes, expected] of bad) {
    it(`refuses ${what} in one line`, () => assert.deepEqual(linesOf(changes), [expected]));
  }

  it("reports everything at once", () => {
    const changes = { "traced-fargate:taskCpu": "1", "traced-fargate:appPort": "80", "traced-fargate:vpcCidr": "x" };
    const keys = linesOf(changes).map((line) => line.split(": ")[0]);
    assert.deepEqual(keys, ["traced-fargate:taskCpu", "traced-fargate:appPort", "traced-fargate:vpcCidr"]);
  });
});
