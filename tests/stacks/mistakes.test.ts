import assert from "node:assert/strict";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { formatFinding, runChecks } from "../../tools/checks";
import { evaluateProgram } from "../../tools/evaluation/evaluate";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { readStackSettings } from "../../tools/evaluation/stackSettings";
import { evaluateVariant } from "./evaluateVariant";

const projectDir = join(__dirname, "../..");

type Inputs = Record<string, unknown>;

/** A mistake somebody could make in the program: other inputs for the resources of one type and name. */
interface Mistake {
  readonly name: string;
  readonly type: string;
  readonly resource: string;
  readonly change: (inputs: Inputs) => Inputs;
  readonly findings: readonly string[];
}

/** Evaluates the dev stack's program, with the inputs of one resource changed on their way to the engine. */
function evaluateWith(mistake: Mistake): Promise<Evaluation> {
  const { project, entryPoint, config } = readStackSettings("dev", projectDir);
  const program = (): unknown => {
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) =>
      type === mistake.type && name === mistake.resource
        ? { props: { ...props, ...mistake.change(props) }, opts }
        : undefined,
    );
    delete require.cache[require.resolve(entryPoint)];
    return require(entryPoint);
  };
  return evaluateProgram(program, { project, stack: "dev", config });
}

/** The evaluation that the program would have had with the mistake in it, as far as the checks look at it. */
function withMistake(evaluation: Evaluation, { type, resource, change }: Mistake): Evaluation {
  const changed = evaluation.resources.filter((each) => each.type === type && each.name === resource);
  assert.equal(changed.length, 1, `there is no one ${type} "${resource}"`);
  const resources = evaluation.resources.map((each) => {
    if (!changed.includes(each)) return each;
    const inputs = change(each.inputs);
    return { ...each, inputs: { ...each.inputs, ...inputs }, outputs: { ...each.outputs, ...inputs } };
  });
  return { ...evaluation, resources };
}

/** The same text, which may be an output, with something else in it. */
function replace(text: unknown, from: string, to: string): unknown {
  const replaced = (known: string): string => {
    assert.ok(known.includes(from), `there is no ${from} to replace`);
    return known.replace(from, to);
  };
  return typeof text === "string" ? replaced(text) : pulumi.output(text as pulumi.Input<string>).apply(replaced);
}

const task = 'aws:ecs/taskDefinition:TaskDefinition "hello"';

const mistakes: readonly Mistake[] = [
  {
    name: "a CIDR with a prefix of 33",
    type: "aws:ec2/subnet:Subnet",
    resource: "network-client",
    change: () => ({ cidrBlock: "10.0.2.0/33" }),
    findings: [
      'aws:ec2/subnet:Subnet "network-client": cidrBlock: "10.0.2.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16; allowed: an IPv4 CIDR from /16 to /28',
    ],
  },
  {
    name: "a log retention of 13 days",
    type: "aws:cloudwatch/logGroup:LogGroup",
    resource: "hello",
    change: () => ({ retentionInDays: 13 }),
    findings: [
      'aws:cloudwatch/logGroup:LogGroup "hello": retentionInDays: 13 is not a retention time; allowed: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653',
    ],
  },
  {
    name: "a resource without the stack's tags, which nothing finds once its state is lost",
    type: "aws:cloudwatch/logGroup:LogGroup",
    resource: "hello",
    change: () => ({ tags: { Name: "hello" } }),
    findings: [
      'aws:cloudwatch/logGroup:LogGroup "hello": tags: nothing and nothing are not the stack\'s Project and Stack; allowed: "traced-fargate" and "dev": call tagResources() before it is made; a type without tags belongs into the list of tools/checks/stackTags.ts',
    ],
  },
  {
    name: "an empty block, which the provider leaves out",
    type: "aws:servicediscovery/service:Service",
    resource: "hello",
    change: () => ({ healthCheckCustomConfig: {} }),
    findings: [
      'aws:servicediscovery/service:Service "hello": healthCheckCustomConfig: an empty block, which the provider leaves out; allowed: a block with a value, or none',
    ],
  },
  {
    name: "300 CPU units",
    type: "aws:ecs/taskDefinition:TaskDefinition",
    resource: "hello",
    change: () => ({ cpu: "300" }),
    findings: [
      `${task}: cpu: "300" is not a CPU size of Fargate; allowed: 256, 512, 1024, 2048, 4096, 8192, 16384`,
      `${task}: containerDefinitions: the containers ask for 512 CPU units; allowed: 300 in all`,
    ],
  },
  {
    name: "a misspelt endpoint",
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    resource: "network-xray",
    change: () => ({ serviceName: "com.amazonaws.eu-central-1.x-ray" }),
    findings: [
      'aws:ec2/vpcEndpoint:VpcEndpoint "network-xray": serviceName: "com.amazonaws.eu-central-1.x-ray" is not among the interface endpoint services; allowed: names such as com.amazonaws.eu-central-1.xray',
      'aws:iam/rolePolicy:RolePolicy "hello-task": policy.SendTraces.Action: xray cannot be reached without the endpoint xray; allowed: actions of services with an endpoint in the VPC',
    ],
  },
  {
    name: "a made-up IAM action in a role",
    type: "aws:iam/rolePolicy:RolePolicy",
    resource: "hello-task",
    change: ({ policy }) => ({ policy: replace(policy, "xray:PutTraceSegments", "xray:PutTraceSegment") }),
    findings: [
      'aws:iam/rolePolicy:RolePolicy "hello-task": policy.SendTraces.Action: IAM knows no action "xray:PutTraceSegment"; allowed: actions such as xray:PutTraceSegments',
      'aws:ec2/vpcEndpoint:VpcEndpoint "network-xray": policy: does not allow xray:PutTraceSegment, which hello-task needs; allowed: what the roles allow',
    ],
  },
  {
    name: "a role for every log group",
    type: "aws:iam/rolePolicy:RolePolicy",
    resource: "hello-execution",
    change: ({ policy }) => ({ policy: String(policy).replace(/"arn:aws:logs:[^"]+"/, '"*"') }),
    findings: [
      'aws:iam/rolePolicy:RolePolicy "hello-execution": policy.WriteLogs.Resource: logs:CreateLogStream on "*"; allowed: ARNs of what it is for: log-stream',
      'aws:iam/rolePolicy:RolePolicy "hello-execution": policy.WriteLogs.Resource: logs:PutLogEvents on "*"; allowed: ARNs of what it is for: log-stream',
    ],
  },
  {
    name: "an action an endpoint's policy leaves out",
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    resource: "network-logs",
    change: ({ policy }) => ({ policy: replace(policy, '"logs:CreateLogStream",', "") }),
    findings: [
      'aws:ec2/vpcEndpoint:VpcEndpoint "network-logs": policy: does not allow logs:CreateLogStream, which hello-execution needs; allowed: what the roles allow',
    ],
  },
  {
    name: "a wildcard in an endpoint's policy",
    type: "aws:ec2/vpcEndpoint:VpcEndpoint",
    resource: "network-ecr.dkr",
    change: ({ policy }) => ({ policy: replace(policy, "ecr:BatchGetImage", "ecr:*") }),
    findings: [
      'aws:ec2/vpcEndpoint:VpcEndpoint "network-ecr.dkr": policy.PullImages.Action: "ecr:*" is a wildcard; allowed: actions by their full names',
    ],
  },
  {
    name: "a port nobody opened",
    type: "aws:ecs/taskDefinition:TaskDefinition",
    resource: "hello",
    change: ({ containerDefinitions }) => ({
      containerDefinitions: replace(containerDefinitions, '"containerPort":8080', '"containerPort":8081'),
    }),
    findings: [
      `${task}: containerDefinitions.hello.healthCheck.command: nothing listens on port 8080; allowed: 8081, 2000`,
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "network-hello-from-client": fromPort: no container of hello listens on 8080 to 8080; allowed: 8081',
      'aws:ecs/service:Service "hello": networkConfiguration.securityGroups: no rule lets anybody in on port 8081; allowed: an ingress rule',
    ],
  },
  {
    name: "an image whose tag moves",
    type: "aws:ecs/taskDefinition:TaskDefinition",
    resource: "hello",
    change: ({ containerDefinitions }) => ({
      containerDefinitions: replace(containerDefinitions, ":3.6.7", ":latest"),
    }),
    findings: [
      `${task}: containerDefinitions.xray-daemon.image: "123456789012.dkr.ecr.eu-central-1.amazonaws.com/traced-fargate-dev/xray/aws-xray-daemon:latest" is not an exact image; allowed: a reference with a digest, or a tag other than latest`,
    ],
  },
  {
    name: "a door open to everybody",
    type: "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    resource: "network-hello-from-client",
    change: () => ({ referencedSecurityGroupId: undefined, cidrIpv4: "0.0.0.0/0" }),
    findings: [
      'aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule "network-hello-from-client": ingress: "0.0.0.0/0" lets everybody in; allowed: a security group or a private block',
    ],
  },
  {
    name: "a burstable instance without a limit to its credits",
    type: "aws:ec2/instance:Instance",
    resource: "client-instance",
    change: () => ({ creditSpecification: undefined }),
    findings: [
      'aws:ec2/instance:Instance "client-instance": creditSpecification.cpuCredits: is not set, so AWS bills t4g.nano without limit; allowed: standard, or unlimited where that is meant',
    ],
  },
  {
    name: "a lasting way out",
    type: "aws:ec2/routeTable:RouteTable",
    resource: "network-private",
    change: () => ({ routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-0123456789abcdef0" }] }),
    findings: [
      'aws:ec2/routeTable:RouteTable "network-private": routes: a lasting route to nat-0123456789abcdef0; allowed: no route; TemporaryNatGateway opens one for a while',
    ],
  },
];

/** Those that are put into the running program: an evaluation takes half a second, and two show that it makes no odds. */
const evaluated = ["a CIDR with a prefix of 33", "a made-up IAM action in a role"];

describe("mistakes in the dev stack's program", () => {
  let sound: Evaluation;

  before(async () => {
    sound = await evaluateVariant("dev");
    assert.deepEqual(sound.errors, []);
  });

  for (const mistake of mistakes) {
    it(`${mistake.name} is found`, async () => {
      assert.deepEqual((await runChecks(withMistake(sound, mistake))).map(formatFinding), mistake.findings);
    });
  }

  for (const mistake of mistakes.filter(({ name }) => evaluated.includes(name))) {
    it(`${mistake.name} is found in what the program tells the engine`, async () => {
      const evaluation = await evaluateWith(mistake);
      assert.deepEqual(evaluation.errors, []);
      assert.deepEqual((await runChecks(evaluation)).map(formatFinding), mistake.findings);
    });
  }
});
