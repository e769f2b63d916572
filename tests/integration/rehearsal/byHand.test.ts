import assert from "node:assert/strict";
import { reportTo } from "./command";
import type { ResourceChange } from "./engineEvents";
import { type Programs, Rehearsal } from "./rehearsal";
import { requirePrograms } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, readState, runStep, type Step, upStep } from "./stackRehearsal";
import { typeCommand } from "./typedCommands";

/** What a person types to delete a resource, from its id and its outputs, each as in the state. */
type Deletion = (id: string, outputs: Readonly<Record<string, unknown>>) => string;

const rule: (direction: string) => Deletion = (direction) => (id, outputs) =>
  `aws ec2 revoke-security-group-${direction} --group-id ${outputs.securityGroupId} --security-group-rule-ids ${id}`;
const service: Deletion = (_id, { cluster, name }) =>
  `aws ecs delete-service --force --cluster ${cluster} --service ${name}`;

/** What is deleted at once, all of each type. */
const deletions: Readonly<Record<string, Readonly<Record<string, Deletion>>>> = {
  "what only belongs to something else": {
    "aws:cloudwatch/logGroup:LogGroup": (id) => `aws logs delete-log-group --log-group-name ${id}`,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("ingress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("egress"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (id) =>
      `aws ec2 disassociate-route-table --association-id ${id}`,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (id) => `aws ecr delete-lifecycle-policy --repository-name ${id}`,
    "aws:iam/rolePolicy:RolePolicy": (_id, { role, name }) =>
      `aws iam delete-role-policy --role-name ${role} --policy-name ${name}`,
    "aws:xray/group:Group": (id) => `aws xray delete-group --group-arn ${id}`,
    "aws:xray/samplingRule:SamplingRule": (id) => `aws xray delete-sampling-rule --rule-name ${id}`,
  },
  // The provider waits two minutes for a service that is inactive before it takes it for deleted.
  "what runs, and the endpoints": {
    "aws:ecs/service:Service": service,
    "aws:ec2/instance:Instance": (id) => `aws ec2 terminate-instances --instance-ids ${id}`,
    "aws:ec2/vpcEndpoint:VpcEndpoint": (id) => `aws ec2 delete-vpc-endpoints --vpc-endpoint-ids ${id}`,
  },
};

const dynamicTypes = [
  "network:NetworkChangeCheck",
  "temporaryNatGateway:NatGatewayLeaseSafeguard",
  "temporaryNatGateway:NatGatewayLease",
  "temporaryNatGateway:NatGatewayRelease",
  "traced-fargate:ServiceDeployment",
  "traced-fargate:LoadClientReadiness",
].map((type) => `pulumi-nodejs:dynamic/${type}`);

const atOnce = ["--yes", "--skip-preview"];

describe("what a person does to a deployed stack by hand", function () {
  this.timeout(20 * 60_000);
  const listener = reportTo(process);
  let programs: Programs;
  let rehearsal: Rehearsal;
  let atFirst: string[];
  let good = true;

  async function run(step: Step): Promise<readonly ResourceChange[]> {
    const { outcome, problems } = await runStep(rehearsal, listener, step);
    assert.deepEqual(problems, [], `see ${rehearsal.folder}`);
    return outcome.changes;
  }

  /** The resources of a type in the state, with their ids. */
  async function resourcesOf(type: string) {
    const found = (await readState(rehearsal)).filter((resource) => resource.type === type);
    assert.notDeepEqual(found, [], type);
    return found;
  }

  const upWith = (...options: string[]): Step => {
    const [name, args, check] = upStep(rehearsal, `up ${options.length > 0 ? options[0] : ""}`);
    return [name, [...args, ...options], check];
  };

  before(async function () {
    // Continuous integration has no time for these.
    if (process.env.REHEARSE_ALL_STACKS !== "true") this.skip();
    programs = requirePrograms(this);
    rehearsal = await Rehearsal.start("dev", programs);
    atFirst = await rehearsal.account.inventory();
    await run(upStep(rehearsal));
  });
  afterEach(function () {
    good = good && this.currentTest?.state === "passed";
  });
  after(async () => {
    await rehearsal?.stop();
    if (good) rehearsal?.remove();
  });

  for (const [what, types] of Object.entries(deletions)) {
    it(`deletes ${what}: after refresh and up all is back`, async () => {
      const deleted: string[] = [];
      for (const [type, command] of Object.entries(types)) {
        for (const { urn, id = "", outputs = {} } of await resourcesOf(type)) {
          typeCommand(rehearsal, programs.moto, command(id, outputs));
          deleted.push(urn.split("::").slice(2).join("::"));
        }
      }
      const found = await run(["refresh", ["refresh", ...atOnce], async () => []]);
      const missed = deleted.filter((urn) => !found.some(({ name }) => urn.endsWith(`::${name}`)));
      await run(upWith());
      await run(previewWithoutChanges);
      assert.deepEqual(missed, [], "not missed by refresh");
    });
  }

  for (const type of dynamicTypes) {
    it(`replaces ${type.split(":").pop()}`, async () => {
      const [resource] = await resourcesOf(type);
      const changes = await run(upWith("--replace", resource?.urn ?? ""));
      assert.ok(changes.some((change) => change.op === "replace" && change.type === type));
      await run(previewWithoutChanges);
    });
  }

  it("is destroyed without leaving anything", async () => {
    await run(destroyStep(rehearsal, atFirst));
  });
});
