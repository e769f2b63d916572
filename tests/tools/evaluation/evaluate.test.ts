import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as awsx from "@pulumi/awsx";
import * as pulumi from "@pulumi/pulumi";
import { evaluateProgram } from "../../../tools/evaluation/evaluate";
import type { Evaluation } from "../../../tools/evaluation/evaluation";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

class Garden extends pulumi.ComponentResource {
  readonly vpcId: pulumi.Output<string>;
  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("test:garden:Garden", name, {}, opts);
    const vpc = new aws.ec2.Vpc(`${name}-vpc`, { cidrBlock: "10.0.0.0/16" }, { parent: this });
    new aws.ec2.Subnet(
      `${name}-subnet`,
      { vpcId: vpc.id, cidrBlock: "10.0.1.0/24" },
      { parent: this, protect: true, ignoreChanges: ["tags"], customTimeouts: { create: "5m" } },
    );
    this.vpcId = vpc.id;
    this.registerOutputs({ vpcId: this.vpcId });
  }
}

const evaluate = (program: () => unknown): Promise<Evaluation> =>
  evaluateProgram(program, { project: "p", stack: "s", config: { "aws:region": "eu-west-1" } });

describe("evaluateProgram", () => {
  it("records types, parents, dependencies, options, ids, outputs", async () => {
    const { resources, outputs, errors } = await evaluate(() => {
      const garden = new Garden("garden");
      return { vpcId: garden.vpcId, password: pulumi.secret("hush") };
    });
    assert.deepEqual(errors, []);
    const [stack, garden, vpc, subnet] = resources;
    assert.deepEqual(
      resources.map(({ urn, parent }) => [urn, parent]),
      [
        ["urn:pulumi:s::p::pulumi:pulumi:Stack::p-s", undefined],
        ["urn:pulumi:s::p::test:garden:Garden::garden", stack?.urn],
        ["urn:pulumi:s::p::test:garden:Garden$aws:ec2/vpc:Vpc::garden-vpc", garden?.urn],
        ["urn:pulumi:s::p::test:garden:Garden$aws:ec2/subnet:Subnet::garden-subnet", garden?.urn],
      ],
    );
    assert.match(String(vpc?.id), /^vpc-[0-9a-f]{17}$/);
    assert.deepEqual(subnet?.dependencies, [vpc?.urn]);
    assert.deepEqual(subnet?.propertyDependencies, { vpcId: [vpc?.urn] });
    assert.deepEqual(subnet?.inputs, { cidrBlock: "10.0.1.0/24", vpcId: vpc?.id });
    assert.deepEqual(subnet?.options, { protect: true, ignoreChanges: ["tags"], timeouts: { create: "5m" } });
    assert.deepEqual(garden?.outputs, { vpcId: vpc?.id });
    assert.deepEqual(outputs, { vpcId: vpc?.id, password: "hush" });
  });

  it("waits for a resource made after a delay", async () => {
    const { resources } = await evaluate(() => {
      const later = new Promise<string>((resolve) => setTimeout(resolve, 50, "10.0.0.0/16"));
      pulumi.output(later).apply((cidrBlock) => new aws.ec2.Vpc("late", { cidrBlock }));
    });
    assert.deepEqual(
      resources.map(({ name }) => name),
      ["p-s", "late"],
    );
  });

  const noLuck = () => {
    throw new Error("no luck\n  at all");
  };
  /** A component of which an output stands for all of its children; of these the second waits for the first. */
  class Circle extends pulumi.ComponentResource {
    constructor() {
      super("test:garden:Circle", "circle");
      const first = new aws.ssm.Parameter("first", { type: "String", value: this.urn }, { parent: this });
      new aws.ssm.Parameter("second", { type: "String", value: first.value }, { parent: this });
      this.registerOutputs();
    }
  }
  const subnet = 'aws:ec2/subnet:Subnet "s"';
  const failures: readonly [what: string, program: () => unknown, ...errors: [resource: unknown, start: string][]][] = [
    [
      "an apply that throws",
      () => {
        const vpc = new aws.ec2.Vpc("v", { cidrBlock: "10.0.0.0/16" });
        new aws.ec2.Subnet("s", { vpcId: vpc.id.apply((): string => noLuck()) });
      },
      [subnet, "input `vpcId`: no luck; at all"],
    ],
    ["a program that throws", noLuck, [undefined, "no luck; at all"]],
    [
      "a program that throws after an await",
      () => new Promise((resolve) => setTimeout(resolve, 20)).then(noLuck),
      [undefined, "no luck; at all"],
    ],
    [
      "an input that never resolves",
      () => {
        new aws.ec2.Subnet("s", { cidrBlock: "10.0.1.0/24", vpcId: new Promise<string>(() => undefined) });
      },
      [subnet, "input `vpcId` never resolves"],
    ],
    [
      "a resource that waits for itself",
      () => {
        new Circle();
      },
      [
        'aws:ssm/parameter:Parameter "first"',
        "waits for a resource which waits for it in turn (1 more wait in vain, perhaps for this one)",
      ],
    ],
    [
      "an export that never resolves",
      () => ({ never: new Promise(() => undefined) }),
      [undefined, "the program never ends: something it awaits or exports never resolves"],
    ],
    [
      "functions and types it has no answer for",
      () => {
        aws.getBillingServiceAccountOutput();
        new aws.sqs.Queue("q");
      },
      ['aws:sqs/queue:Queue "q"', "no answer without AWS for resources of type aws:sqs/queue:Queue: say i"],
      [undefined, "no answer without AWS for the function aws:index/getBillingServiceAcco"],
    ],
  ];
  for (const [what, program, ...expected] of failures) {
    it(`reports ${what}, with the resource and the input where it knows them`, async () => {
      const started = Date.now();
      const { errors } = await evaluate(program);
      assert.deepEqual(
        errors.map(({ resource, message }, index) => [resource, message.slice(0, expected[index]?.[1].length)]),
        expected,
      );
      // It does not wait until its deadline, which is 10 s.
      assert.ok(Date.now() - started < 9000);
    });
  }

  it("hands on configuration, unwraps secrets but notes them, and answers with secrets where the provider may", async () => {
    const program = () => {
      const { a } = new pulumi.Config("traced-fargate").requireObject<{ a: string }>("x");
      new aws.ssm.Parameter("p", { type: "String", value: pulumi.secret(a) });
      const parameter = aws.ssm.getParameterOutput({ name: "/a" });
      new aws.ssm.Parameter("copy", { type: parameter.type, value: parameter.value });
    };
    const { resources } = await evaluateComponent(program, { config: { "traced-fargate:x": '{"a":"b"}' } });
    const [parameter, copy] = resources;
    assert.deepEqual(parameter?.inputs, { type: "String", value: "b" });
    assert.deepEqual([parameter.secrets, copy?.secrets], [["value"], ["type", "value"]]);
  });

  it("answers for the image which another process would build, and records what builds it", async () => {
    const evaluation = await evaluateComponent(() => {
      const repository = new aws.ecr.Repository("r", { name: "hello" });
      const image = new awsx.ecr.Image("i", {
        repositoryUrl: repository.repositoryUrl,
        context: ".",
        dockerfile: "Dockerfile",
        target: "service",
        args: { SERVICE: "hello" },
        platform: "linux/arm64",
        imageTag: "1.0",
      });
      return { uri: image.imageUri };
    });
    const build = evaluation.one("docker-build:index:Image", "1.0");
    assert.equal(build.urn.split("::")[2], "awsx:ecr:Image$docker-build:index:Image");
    assert.deepEqual(build.inputs, {
      tags: ["123456789012.dkr.ecr.eu-central-1.amazonaws.com/hello:1.0"],
      context: { location: "." },
      dockerfile: { location: "Dockerfile" },
      target: "service",
      buildArgs: { SERVICE: "hello" },
      platforms: ["linux/arm64"],
      push: true,
    });
    assert.match(String(evaluation.outputs.uri), /^123456789012\.dkr\.ecr\.[^/]+\/hello@sha256:[0-9a-f]{64}$/);
  });

  it("applies transforms to the resource and to all beneath it, from the inside out", async () => {
    const tag =
      (key: string): pulumi.ResourceTransform =>
      ({ type, props, opts }) =>
        type === "aws:ec2/vpc:Vpc" || type === "docker-build:index:Image"
          ? { props: { ...props, labels: [...(props.labels ?? []), key] }, opts: { ...opts, retainOnDelete: true } }
          : undefined;
    const evaluation = await evaluateComponent(() => {
      const garden = new Garden("garden", { transforms: [tag("garden")] });
      new aws.ec2.Vpc("own", { cidrBlock: "10.1.0.0/16" }, { parent: garden, transforms: [tag("own")] });
      new awsx.ecr.Image("i", { repositoryUrl: "r", imageTag: "1.0" }, { parent: garden, transforms: [tag("image")] });
    });
    const labels = (type: string, name: string) => evaluation.one(type, name).inputs.labels;
    assert.deepEqual(labels("aws:ec2/vpc:Vpc", "garden-vpc"), ["garden"]);
    assert.deepEqual(labels("aws:ec2/vpc:Vpc", "own"), ["own", "garden"]);
    assert.deepEqual(labels("docker-build:index:Image", "1.0"), ["image", "garden"]);
    assert.deepEqual(evaluation.one("aws:ec2/vpc:Vpc", "own").options, { retainOnDelete: true });
    const { options, inputs } = evaluation.one("aws:ec2/subnet:Subnet", "garden-subnet");
    assert.deepEqual([inputs.labels, options.retainOnDelete], [undefined, undefined]);
  });

  it("tells a preview from an update", async () => {
    const seen: boolean[] = [];
    for (const preview of [false, true]) {
      await evaluateComponent(() => seen.push(pulumi.runtime.isDryRun()), { preview });
    }
    assert.deepEqual(seen, [false, true]);
  });
});
