import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { TemporaryNatGateway, type TemporaryNatGatewayArgs } from "../../../components/temporaryNatGateway";
import { defaultWaits } from "../../../components/temporaryNatGateway/settings";
import { evaluateComponent } from "../../pulumi/evaluateComponent";
import { leaseInputs } from "../../pulumi/leaseInputs";

const typeOf = (name: string) => `pulumi-nodejs:dynamic/temporaryNatGateway:NatGateway${name}`;

function makeEgress(changes: Partial<TemporaryNatGatewayArgs> = {}, name = "egress", parent?: pulumi.Resource) {
  const [privateRouteTableIds, egressSecurityGroupIds] = [["rtb-private"], []];
  const args: TemporaryNatGatewayArgs = {
    region: "eu-central-1",
    tagKey: "traced-fargate:lease",
    accountId: pulumi.output("123456789012"),
    network: { ...leaseInputs().network, privateRouteTableIds, egressSecurityGroupIds },
    reopenWhen: {},
  };
  return new TemporaryNatGateway(name, { ...args, ...changes }, { parent });
}

// Roles, order and inputs: readme.test.ts, and the golden texts of the stacks.
describe("TemporaryNatGateway", () => {
  it("passes on where and as whom to call AWS, tags, waits and the inputs of a proof", async () => {
    const access = {
      profile: "deployer",
      assumeRoles: [{ RoleArn: "arn:aws:iam::123456789012:role/deployer", ExternalId: "1234" }],
      endpoints: { ec2: "http://127.0.0.1:5000" },
    };
    const tags = { CostCenter: "1234" };
    const evaluation = await evaluateComponent(() => {
      const egress = makeEgress({ ...access, tags, deadlineMinutes: 0, waits: { availableSeconds: 300 } });
      const before = egress.status;
      const inputs = pulumi.output({ taskDefinition: "hello:1" });
      const prove = async ({ taskDefinition }: { taskDefinition: string }) => {
        throw new Error(taskDefinition);
      };
      const release = egress.releaseAfter([], { proof: { prove, inputs } });
      return { before, same: release.status.apply(() => egress.status === release.status) };
    });
    assert.deepEqual(evaluation.outputs, { before: "open", same: true });
    assert.deepEqual(evaluation.ofType("aws:iam/role:Role"), []);
    const shared = { ...access, tags, waits: { ...defaultWaits, availableSeconds: 300 } };
    const expected = {
      LeaseSafeguard: { ...shared, proof: undefined },
      Lease: { ...shared, proof: undefined },
      Release: { ...shared, proof: { taskDefinition: "hello:1" } },
    };
    for (const [name, inputs] of Object.entries(expected)) {
      const given: Record<string, unknown> = { ...evaluation.one(typeOf(name)).inputs };
      assert.deepEqual(Object.fromEntries(Object.keys(inputs).map((key) => [key, given[key]])), inputs);
      assert.equal(given.deadManSwitch, undefined);
    }
  });

  const deadlines: [minutes: number | undefined, given: number | undefined][] = [
    [undefined, 120],
    [60, 60],
    [0, undefined],
    [-1, Number.NaN],
    [59, Number.NaN],
    [Number.NaN, Number.NaN],
    [Number.POSITIVE_INFINITY, Number.NaN],
  ];
  for (const [deadlineMinutes, expected] of deadlines) {
    it(`${Number.isNaN(expected) ? "refuses" : "takes"} a deadline of ${deadlineMinutes} minutes`, async () => {
      const evaluating = evaluateComponent(() => void makeEgress({ deadlineMinutes }));
      if (Number.isNaN(expected)) {
        const message = `egress: \`deadlineMinutes\` must be 0, or at least 60, not ${deadlineMinutes}`;
        await assert.rejects(evaluating, { message });
      } else {
        const inputs: { deadManSwitch?: { afterMinutes?: number } } = (await evaluating).one(typeOf("Lease")).inputs;
        assert.equal(inputs.deadManSwitch?.afterMinutes, expected);
      }
    });
  }

  it("names its lease by project, stack and name, and by the types of the components around it", async () => {
    const evaluation = await evaluateComponent(() => {
      makeEgress();
      makeEgress({}, "a::b");
      makeEgress({}, "küche#1");
      makeEgress({}, "inner", new pulumi.ComponentResource("test:index:Network", "outer"));
    });
    assert.deepEqual(
      evaluation.ofType(typeOf("Lease")).map(({ inputs }) => (inputs as { leaseName?: unknown }).leaseName),
      ["egress", "a::b", "k-che-1", "test:index:Network/inner"].map((name) => `traced-fargate/test/${name}`),
    );
  });

  it("is released once", async () => {
    const twice = () => {
      const egress = makeEgress();
      egress.releaseAfter([]);
      egress.releaseAfter([]);
    };
    const message = "egress: `releaseAfter` was called before; give it all the resources at once";
    await assert.rejects(evaluateComponent(twice), { message });
  });
});
