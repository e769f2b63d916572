import assert from "node:assert/strict";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { runChecks } from "../../tools/checks";
import { evaluateProgram } from "../../tools/evaluation/evaluate";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { readStackSettings } from "../../tools/evaluation/stackSettings";
import { evaluateVariant } from "./evaluateVariant";

const projectDir = join(__dirname, "../..");

type Inputs = Record<string, unknown>;

/** A mistake somebody could make in the program: other inputs for the resource of one type and name. */
type Mistake = readonly [
  what: string,
  type: string,
  resource: string,
  change: (inputs: Inputs) => Inputs,
  /** The properties in which something is found, each with the name of its resource. */
  findings: readonly string[],
];

/** Evaluates the dev stack's program, with the inputs of one resource changed on their way to the engine. */
function evaluateWith([, changedType, resource, change]: Mistake): Promise<Evaluation> {
  const { project, entryPoint, config } = readStackSettings("dev", projectDir);
  const program = (): unknown => {
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) =>
      type === changedType && name === resource ? { props: { ...props, ...change(props) }, opts } : undefined,
    );
    delete require.cache[require.resolve(entryPoint)];
    return require(entryPoint);
  };
  return evaluateProgram(program, { project, stack: "dev", config });
}

/** The evaluation that the program would have had with the mistake in it, as far as the checks look at it. */
function withMistake(evaluation: Evaluation, [, type, resource, change]: Mistake): Evaluation {
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

const subnet = "aws:ec2/subnet:Subnet";
const logGroup = "aws:cloudwatch/logGroup:LogGroup";
const discovery = "aws:servicediscovery/service:Service";
const task = "aws:ecs/taskDefinition:TaskDefinition";
const endpoint = "aws:ec2/vpcEndpoint:VpcEndpoint";
const rolePolicy = "aws:iam/rolePolicy:RolePolicy";
const ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule";
const inContainers = (from: string, to: string) => (inputs: Inputs) => ({
  containerDefinitions: replace(inputs.containerDefinitions, from, to),
});
const inPolicy = (from: string, to: string) => (inputs: Inputs) => ({ policy: replace(inputs.policy, from, to) });
const openToAll = { referencedSecurityGroupId: undefined, cidrIpv4: "0.0.0.0/0" };
const wayOut = { routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "nat-0123456789abcdef0" }] };

const mistakes: readonly Mistake[] = [
  ["a malformed CIDR", subnet, "network-client", () => ({ cidrBlock: "10.0.2.0/33" }), ["network-client: cidrBlock"]],
  ["a log retention of 13 days", logGroup, "hello", () => ({ retentionInDays: 13 }), ["hello: retentionInDays"]],
  ["no tags of the stack", logGroup, "hello", () => ({ tags: { Name: "hello" } }), ["hello: tags"]],
  [
    "an empty block, which the provider leaves out",
    discovery,
    "hello",
    () => ({ healthCheckCustomConfig: {} }),
    ["hello: healthCheckCustomConfig"],
  ],
  ["300 CPU units", task, "hello", () => ({ cpu: "300" }), ["hello: cpu", "hello: containerDefinitions"]],
  [
    "a misspelt endpoint",
    endpoint,
    "network-xray",
    () => ({ serviceName: "com.amazonaws.eu-central-1.x-ray" }),
    ["network-xray: serviceName", "hello-task: policy.SendTraces.Action"],
  ],
  [
    "a made-up IAM action in a role",
    rolePolicy,
    "hello-task",
    inPolicy("xray:PutTraceSegments", "xray:PutTraceSegment"),
    ["hello-task: policy.SendTraces.Action", "network-xray: policy"],
  ],
  [
    "a role for every log group",
    rolePolicy,
    "hello-execution",
    ({ policy }) => ({ policy: String(policy).replace(/"arn:aws:logs:[^"]+"/, '"*"') }),
    ["hello-execution: policy.WriteLogs.Resource", "hello-execution: policy.WriteLogs.Resource"],
  ],
  [
    "an action an endpoint's policy leaves out",
    endpoint,
    "network-logs",
    inPolicy('"logs:CreateLogStream",', ""),
    ["network-logs: policy"],
  ],
  [
    "a wildcard in an endpoint's policy",
    endpoint,
    "network-ecr.dkr",
    inPolicy("ecr:BatchGetImage", "ecr:*"),
    ["network-ecr.dkr: policy.PullImages.Action"],
  ],
  [
    "a port nobody opened",
    task,
    "hello",
    inContainers('"containerPort":8080', '"containerPort":8081'),
    [
      "hello: containerDefinitions.hello.healthCheck.command",
      "network-hello-from-client: fromPort",
      "hello: networkConfiguration.securityGroups",
    ],
  ],
  [
    "an image whose tag moves",
    task,
    "hello",
    inContainers(":3.6.7", ":latest"),
    ["hello: containerDefinitions.xray-daemon.image"],
  ],
  [
    "a door open to everybody",
    ingress,
    "network-hello-from-client",
    () => openToAll,
    ["network-hello-from-client: cidrIpv4"],
  ],
  [
    "a burstable instance without a limit to its credits",
    "aws:ec2/instance:Instance",
    "client-instance",
    () => ({ creditSpecification: undefined }),
    ["client-instance: creditSpecification.cpuCredits"],
  ],
  [
    "a lasting route",
    "aws:ec2/routeTable:RouteTable",
    "network-private",
    () => wayOut,
    ["network-private: routes[0].cidrBlock"],
  ],
];

/** What is found, without what is said about it. */
async function foundIn(evaluation: Evaluation): Promise<string[]> {
  const findings = await runChecks(evaluation);
  return findings.map(({ resource, property }) => `${/"(.*)"/.exec(resource)?.[1]}: ${property}`);
}

describe("mistakes in the dev stack's program", () => {
  for (const mistake of mistakes) {
    const [what, , , , findings] = mistake;
    it(`${what} is found`, async () => {
      assert.deepEqual(await foundIn(withMistake(await evaluateVariant("dev"), mistake)), findings);
    });
  }

  // An evaluation takes half a second, and two show that it makes no odds.
  const evaluated = ["a malformed CIDR", "a made-up IAM action in a role"];
  for (const mistake of mistakes.filter(([what]) => evaluated.includes(what))) {
    const [what, , , , findings] = mistake;
    it(`${what} is found in what the program tells the engine`, async () => {
      const evaluation = await evaluateWith(mistake);
      assert.deepEqual(evaluation.errors, []);
      assert.deepEqual(await foundIn(evaluation), findings);
    });
  }
});
