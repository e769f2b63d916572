import assert from "node:assert/strict";
import { countKinds, openToTheInternet } from "./account";
import { reportTo } from "./command";
import type { ResourceChange } from "./engineEvents";
import { type Programs, Rehearsal } from "./rehearsal";
import { requireTime } from "./requirePrograms";
import { destroyStep, previewWithoutChanges, readState, runStep, type Step, upStep } from "./stackRehearsal";
import { typeCommand } from "./typedCommands";

/** What a person types to delete a resource, from its id and its outputs, each as in the state. */
type Deletion = (id: string, outputs: Readonly<Record<string, unknown>>) => string;

const rule: (direction: string) => Deletion = (direction) => (id, outputs) =>
  `aws ec2 revoke-security-group-${direction} --group-id ${outputs.securityGroupId} --security-group-rule-ids ${id}`;
const service: Deletion = (_id, { cluster, name }) =>
  `aws ecs delete-service --force --cluster ${cluster} --service ${name}`;

const rolePolicy: Deletion = (_id, { role, name }) =>
  `aws iam delete-role-policy --role-name ${role} --policy-name ${name}`;

/** What is deleted at once, all of each type, in the order in which AWS allows it. */
const deletions: Readonly<Record<string, Readonly<Record<string, Deletion>>>> = {
  "what only belongs to something else": {
    "aws:cloudwatch/logGroup:LogGroup": (id) => `aws logs delete-log-group --log-group-name ${id}`,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": rule("ingress"),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": rule("egress"),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (id) =>
      `aws ec2 disassociate-route-table --association-id ${id}`,
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": (id) => `aws ecr delete-lifecycle-policy --repository-name ${id}`,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:xray/group:Group": (id) => `aws xray delete-group --group-arn ${id}`,
    "aws:xray/samplingRule:SamplingRule": (id) => `aws xray delete-sampling-rule --rule-name ${id}`,
    "aws:appautoscaling/policy:Policy": (_id, { name, resourceId }) =>
      `aws application-autoscaling delete-scaling-policy --service-namespace ecs --policy-name ${name} ` +
      `--resource-id ${resourceId} --scalable-dimension ecs:service:DesiredCount`,
  },
  "roles and the table": {
    "aws:iam/instanceProfile:InstanceProfile": (id, { role }) =>
      `aws iam remove-role-from-instance-profile --instance-profile-name ${id} --role-name ${role} && ` +
      `aws iam delete-instance-profile --instance-profile-name ${id}`,
    "aws:iam/rolePolicy:RolePolicy": rolePolicy,
    "aws:iam/role:Role": (id) => `aws iam delete-role --role-name ${id}`,
    "aws:dynamodb/table:Table": (id) => `aws dynamodb delete-table --table-name ${id}`,
  },
  "what runs, with its names, the endpoints and the route tables": {
    "aws:appautoscaling/target:Target": (_id, { resourceId }) =>
      `aws application-autoscaling deregister-scalable-target --service-namespace ecs --resource-id ${resourceId} ` +
      "--scalable-dimension ecs:service:DesiredCount",
    "aws:ecs/service:Service": service,
    "aws:ecs/taskDefinition:TaskDefinition": (_id, { arn }) =>
      `aws ecs deregister-task-definition --task-definition ${arn}`,
    "aws:ecs/cluster:Cluster": (id) => `aws ecs delete-cluster --cluster ${id}`,
    "aws:servicediscovery/service:Service": (id) => `aws servicediscovery delete-service --id ${id}`,
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": (id) =>
      `aws servicediscovery delete-namespace --id ${id}`,
    "aws:ec2/instance:Instance": (id) => `aws ec2 terminate-instances --instance-ids ${id}`,
    "aws:ec2/vpcEndpoint:VpcEndpoint": (id) => `aws ec2 delete-vpc-endpoints --vpc-endpoint-ids ${id}`,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (id) =>
      `aws ec2 disassociate-route-table --association-id ${id}`,
    "aws:ec2/routeTable:RouteTable": (id) => `aws ec2 delete-route-table --route-table-id ${id}`,
  },
};

/** With all images in them. */
const repositories: Readonly<Record<string, Deletion>> = {
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": (id) =>
    `aws ecr delete-pull-through-cache-rule --ecr-repository-prefix ${id}`,
  "aws:ecr/repository:Repository": (id) => `aws ecr delete-repository --force --repository-name ${id}`,
};

/** What a person types to delete what the lease has made and what costs money, from its line in the inventory. */
function deletionOfOpen(line: string): string | undefined {
  const [, , table, id] = line.split(" ");
  switch (table) {
    case "nat_gateways":
      return `aws ec2 delete-nat-gateway --nat-gateway-id ${id} && aws ec2 wait nat-gateway-deleted --nat-gateway-ids ${id}`;
    case "addresses":
      return `aws ec2 release-address --allocation-id ${id}`;
    case "schedules":
      return `aws scheduler delete-schedule --name ${id}`;
    default:
      return undefined;
  }
}

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

  const upWith = (...options: string[]) => upStep(rehearsal, `up ${options[0] ?? ""}`, options);

  before(async function () {
    programs = requireTime(this);
    // It has a table, and all types of the stack `dev`, with scaling.
    rehearsal = await Rehearsal.start("chain", programs);
    atFirst = await rehearsal.account.inventory();
    await rehearsal.configure({ maxTaskCount: 2 });
    await run(upStep(rehearsal));
  });
  afterEach(function () {
    good = good && this.currentTest?.state === "passed";
  });
  after(async () => {
    await rehearsal?.stop();
    if (good) rehearsal?.remove();
  });

  /** Deletes all resources of these types; the ends of their URNs. */
  async function deleteByHand(types: Readonly<Record<string, Deletion>>): Promise<string[]> {
    const deleted: string[] = [];
    for (const [type, command] of Object.entries(types)) {
      for (const { urn, id = "", outputs = {} } of await resourcesOf(type)) {
        typeCommand(rehearsal, programs.moto, command(id, outputs));
        deleted.push(urn.split("::").slice(2).join("::"));
      }
    }
    return deleted;
  }

  for (const [what, types] of Object.entries(deletions)) {
    it(`deletes ${what}: after refresh and up all is back`, async () => {
      const deployed = countKinds(await rehearsal.account.inventory());
      const deleted = await deleteByHand(types);
      const found = await run(["refresh", ["refresh", ...atOnce], async () => []]);
      const missed = deleted.filter((urn) => !found.some(({ name }) => urn.endsWith(`::${name}`)));
      await run(upWith());
      await run(previewWithoutChanges);
      assert.deepEqual(missed, [], "not missed by refresh");
      assert.deepEqual(countKinds(await rehearsal.account.inventory()), deployed);
    });
  }

  it("deletes the repositories: after an up that replaces lease and task definitions all is back", async () => {
    const deployed = countKinds(await rehearsal.account.inventory());
    await deleteByHand(repositories);
    const replaced = [
      ...(await resourcesOf("pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease")),
      ...(await resourcesOf("aws:ecs/taskDefinition:TaskDefinition")),
    ];
    await run(upWith("--refresh", ...replaced.flatMap(({ urn }) => ["--replace", urn])));
    await run(previewWithoutChanges);
    assert.deepEqual(countKinds(await rehearsal.account.inventory()), deployed);
  });

  it("deletes the NAT gateway, its address and its schedules while the lease is open: up makes and deletes another", async () => {
    await rehearsal.configure({ collectorImageTag: "3.6.8" });
    await rehearsal.account.refuse([{ action: "ecs.UpdateService", as: "denied" }]);
    await rehearsal.run("up", ...atOnce);
    await rehearsal.account.refuse([]);
    const open = openToTheInternet(await rehearsal.account.inventory());
    const commands = open.flatMap((line) => deletionOfOpen(line) ?? []);
    assert.equal(commands.length, 4, open.join("\n"));
    for (const command of commands.sort()) typeCommand(rehearsal, programs.moto, command);
    // The refused update is in the state as if it had been made.
    await run(upWith("--refresh"));
    await run(previewWithoutChanges);
  });

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
