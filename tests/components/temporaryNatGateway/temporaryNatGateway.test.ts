import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { TemporaryNatGateway, type TemporaryNatGatewayArgs } from "../../../components/temporaryNatGateway";
import { defaultWaits } from "../../../components/temporaryNatGateway/settings";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";
import { leaseId, leaseInputs } from "../../pulumi/leaseInputs";

const leaseType = "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease";
const releaseType = "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayRelease";
const safeguardType = "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLeaseSafeguard";
const { network } = leaseInputs();

function makeEgress(changes: Partial<TemporaryNatGatewayArgs> = {}, name = "egress", parent?: pulumi.Resource) {
  const [privateRouteTableIds, egressSecurityGroupIds] = [["rtb-private"], []];
  const args: TemporaryNatGatewayArgs = {
    region: "eu-central-1",
    tagKey: "traced-fargate:lease",
    accountId: pulumi.output("123456789012"),
    network: { ...network, privateRouteTableIds, egressSecurityGroupIds },
    reopenWhen: {},
  };
  return new TemporaryNatGateway(name, { ...args, ...changes }, { parent });
}

/** A part of a program which needs internet access, as the service does. */
class Service extends pulumi.ComponentResource {
  constructor(name: string, opts: pulumi.ComponentResourceOptions) {
    super("test:index:Service", name, {}, opts);
    new aws.cloudwatch.LogGroup(`${name}-log`, {}, { parent: this });
    this.registerOutputs({});
  }
}

function inputsOf(evaluation: ComponentEvaluation, type: string) {
  const { __provider, ...inputs } = evaluation.one(type).inputs as Record<string, unknown>;
  return inputs;
}

describe("TemporaryNatGateway", () => {
  it("opens before what needs it, and is released after all of that", async () => {
    const evaluation = await evaluateComponent(() => {
      const privateRouteTableIds = network.privateRouteTableIds.map((id) => pulumi.output(id));
      const egressSecurityGroupIds = [...network.egressSecurityGroupIds];
      const egress = makeEgress({
        network: { ...network, privateRouteTableIds, egressSecurityGroupIds },
        reopenWhen: { collectorImage: pulumi.output("daemon:3.6.7"), userData: "#!/bin/sh" },
      });
      const service = new Service("hello", { dependsOn: egress.open });
      const instance = new aws.cloudwatch.LogGroup("client", {}, { dependsOn: egress.open });
      const release = egress.releaseAfter([service, instance]);
      return { same: release.status.apply(() => egress.status === release.status) };
    });
    assert.deepEqual(evaluation.outputs, { same: true });
    const parents = evaluation.resources.map((resource): [string, [string, string[]]] => {
      const parent = resource.parent === undefined ? "" : evaluation.byUrn(resource.parent).name;
      return [resource.name, [parent, evaluation.dependencyNames(resource).sort()]];
    });
    assert.deepEqual(Object.fromEntries(parents), {
      egress: ["traced-fargate-test", []],
      "egress-dead-man-switch": ["egress", ["egress-dead-man-switch"]],
      "egress-safeguard": ["egress", ["egress-dead-man-switch", "egress-dead-man-switch"]],
      "egress-lease": ["egress", ["egress-dead-man-switch", "egress-safeguard"]],
      hello: ["traced-fargate-test", ["egress-lease"]],
      "hello-log": ["hello", []],
      client: ["traced-fargate-test", ["egress-lease"]],
      "egress-release": ["egress", ["client", "egress-lease", "hello-log"]],
    });
    const settings = {
      region: "eu-central-1",
      accountId: "123456789012",
      network,
      waits: defaultWaits,
      tags: {},
    };
    const { arn: roleArn } = evaluation.one("aws:iam/role:Role").outputs;
    const swept = { leaseName: "traced-fargate/test/egress", deadManSwitch: { afterMinutes: 120, roleArn } };
    assert.deepEqual(inputsOf(evaluation, safeguardType), { ...settings, ...swept });
    assert.deepEqual(inputsOf(evaluation, leaseType), {
      ...settings,
      ...swept,
      reopenWhen: { collectorImage: "daemon:3.6.7", userData: "#!/bin/sh" },
    });
    const { leaseId, generation, natGatewayId, ...release } = inputsOf(evaluation, releaseType);
    assert.deepEqual(release, { ...settings, proof: {} });
    const { propertyDependencies } = evaluation.one(releaseType);
    const lease = evaluation.one(leaseType).urn;
    const fromLease = ["leaseId", "generation", "natGatewayId"].map((property) => propertyDependencies[property]);
    assert.deepEqual(fromLease, [[lease], [lease], [lease]]);
    assert.ok(leaseId !== undefined && generation !== undefined && natGatewayId !== undefined);
  });

  it("passes on where and as whom to call AWS, tags, waits and the inputs of a proof", async () => {
    const access = {
      profile: "deployer",
      assumeRoles: [{ RoleArn: "arn:aws:iam::123456789012:role/deployer", ExternalId: "1234" }],
      endpoints: { ec2: "http://127.0.0.1:5000" },
    };
    const evaluation = await evaluateComponent(() => {
      const tags = { CostCenter: "1234" };
      const egress = makeEgress({ ...access, tags, deadlineMinutes: 0, waits: { availableSeconds: 300 } });
      const before = egress.status;
      const inputs = pulumi.output({ taskDefinition: "hello:1" });
      const prove = async ({ taskDefinition }: { taskDefinition: string }) => {
        throw new Error(taskDefinition);
      };
      egress.releaseAfter([], { proof: { prove, inputs } });
      return { before };
    });
    assert.deepEqual(evaluation.outputs, { before: "open" });
    assert.deepEqual(evaluation.ofType("aws:iam/role:Role"), []);
    assert.equal(inputsOf(evaluation, leaseType).deadManSwitch, undefined);
    for (const type of [safeguardType, leaseType, releaseType]) {
      const { profile, assumeRoles, endpoints, tags, waits } = inputsOf(evaluation, type);
      assert.deepEqual({ profile, assumeRoles, endpoints }, access);
      assert.deepEqual(tags, { CostCenter: "1234" });
      assert.deepEqual(waits, { ...defaultWaits, availableSeconds: 300 });
    }
    assert.deepEqual(inputsOf(evaluation, releaseType).proof, { taskDefinition: "hello:1" });
  });

  it("lets its dead man's switch take away NAT gateways and addresses of this lease, and nothing else", async () => {
    const evaluation = await evaluateComponent(() => void makeEgress({ deadlineMinutes: 60 }));
    const { deadManSwitch } = inputsOf(evaluation, leaseType);
    assert.equal((deadManSwitch as { afterMinutes?: unknown }).afterMinutes, 60);
    const statements = (json: unknown) => JSON.parse(String(json)).Statement;
    assert.deepEqual(statements(evaluation.one("aws:iam/role:Role").inputs.assumeRolePolicy), [
      {
        Sid: "AssumedByService",
        Effect: "Allow",
        Principal: { Service: "scheduler.amazonaws.com" },
        Action: ["sts:AssumeRole"],
        Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
      },
    ]);
    assert.deepEqual(statements(evaluation.one("aws:iam/rolePolicy:RolePolicy").inputs.policy), [
      {
        Sid: "DeleteNatGatewayOfTheLease",
        Effect: "Allow",
        Action: ["ec2:DeleteNatGateway"],
        Resource: ["arn:aws:ec2:eu-central-1:123456789012:natgateway/*"],
        Condition: { StringEquals: { "aws:ResourceTag/traced-fargate:lease": leaseId } },
      },
      {
        Sid: "ReleaseAddressOfTheLease",
        Effect: "Allow",
        Action: ["ec2:ReleaseAddress"],
        Resource: ["arn:aws:ec2:eu-central-1:123456789012:elastic-ip/*"],
        Condition: { StringEquals: { "aws:ResourceTag/traced-fargate:lease": leaseId } },
      },
    ]);
  });

  for (const deadlineMinutes of [-1, 59, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses a deadline of ${deadlineMinutes} minutes`, async () => {
      await assert.rejects(
        evaluateComponent(() => void makeEgress({ deadlineMinutes })),
        { message: `egress: \`deadlineMinutes\` must be 0, or at least 60, not ${deadlineMinutes}` },
      );
    });
  }

  it("names its lease by project, stack and name, and by the types of the components around it", async () => {
    const evaluation = await evaluateComponent(() => {
      makeEgress();
      makeEgress({}, "a::b");
      makeEgress({}, "küche#1");
      makeEgress({}, "inner", new Service("hello", {}));
    });
    assert.deepEqual(
      evaluation.ofType(leaseType).map(({ inputs }) => (inputs as { leaseName?: unknown }).leaseName),
      ["egress", "a::b", "k-che-1", "test:index:Service/inner"].map((name) => `traced-fargate/test/${name}`),
    );
  });

  it("is released once", async () => {
    await assert.rejects(
      evaluateComponent(() => {
        const egress = makeEgress();
        egress.releaseAfter([]);
        egress.releaseAfter([]);
      }),
      { message: "egress: `releaseAfter` was called before; give it all the resources at once" },
    );
  });
});
