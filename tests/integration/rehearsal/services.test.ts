import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EC2 } from "@aws-sdk/client-ec2";
import { ECR } from "@aws-sdk/client-ecr";
import { ECS } from "@aws-sdk/client-ecs";
import { connect, connection, region } from "../account";
import { requireTool } from "../tools";
import { Account } from "./account";

const registry = `123456789012.dkr.ecr.${region}.amazonaws.com`;
const ofService = { cluster: "cluster", service: "service" };

/** Two tasks that can start. */
async function makeService(ec2: EC2, ecr: ECR, ecs: ECS): Promise<void> {
  const { VpcId } = (await ec2.createVpc({ CidrBlock: "10.0.0.0/16" })).Vpc ?? {};
  const { SubnetId = "" } = (await ec2.createSubnet({ VpcId, CidrBlock: "10.0.1.0/24" })).Subnet ?? {};
  for (const name of ["ecr.api", "ecr.dkr", "s3"]) {
    const ServiceName = `com.amazonaws.${region}.${name}`;
    await ec2.createVpcEndpoint({ VpcId, ServiceName, VpcEndpointType: "Interface", SubnetIds: [SubnetId] });
  }
  await ecr.createRepository({ repositoryName: "app" });
  const imageManifest = JSON.stringify({ schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json" });
  await ecr.putImage({ repositoryName: "app", imageTag: "1", imageManifest });
  await ecs.createCluster({ clusterName: "cluster" });
  await registerTask(ecs);
  const networkConfiguration = { awsvpcConfiguration: { subnets: [SubnetId], securityGroups: [] } };
  const asked = { cluster: "cluster", serviceName: "service", taskDefinition: "task", desiredCount: 2 };
  await ecs.createService({ ...asked, networkConfiguration });
}

async function registerTask(ecs: ECS): Promise<void> {
  const task = { family: "task", networkMode: "awsvpc", cpu: "256", memory: "512" } as const;
  await ecs.registerTaskDefinition({ ...task, containerDefinitions: [{ name: "app", image: `${registry}/app:1` }] });
}

describe("a service in a rehearsal", () => {
  const folder = mkdtempSync(join(tmpdir(), "traced-fargate-moto-"));
  let account: Account;
  let ecs: ECS;

  before(async function () {
    account = await Account.start(requireTool(this, "moto"), join(folder, "aws.log"));
    const at = connection(account.endpoint);
    const [ec2, ecr] = [connect(account.endpoint), new ECR(at)];
    ecs = new ECS(at);
    await makeService(ec2, ecr, ecs);
    for (const client of [ec2, ecr]) client.destroy();
  });
  after(async () => {
    ecs?.destroy();
    await account?.stop();
    rmSync(folder, { recursive: true });
  });

  /** How many tasks run at each look until the deployment is completed. */
  async function deploy(): Promise<number[]> {
    const seen: number[] = [];
    for (;;) {
      const { services: [service] = [] } = await ecs.describeServices({ cluster: "cluster", services: ["service"] });
      seen.push(service?.runningCount ?? 0);
      if (service?.deployments?.[0]?.rolloutState === "COMPLETED") return seen;
    }
  }

  it("has its tasks after some looks, and is not interrupted by that", async () => {
    assert.deepEqual(await deploy(), [0, 2]);
    assert.deepEqual(await account.interruptions(), []);
  });

  const deployments: readonly [minimumHealthyPercent: number, seen: number[], interruptions: string[]][] = [
    [100, [2, 2], []],
    [50, [1, 2], []],
    [0, [0, 2], ["task: 0 of at least 1 tasks run after AmazonEC2ContainerServiceV20141113.UpdateService"]],
  ];
  for (const [minimumHealthyPercent, seen, interruptions] of deployments) {
    it(`keeps ${minimumHealthyPercent} % of its tasks while it gets others, as it was told`, async () => {
      await registerTask(ecs);
      await account.interruptions();
      const deploymentConfiguration = { minimumHealthyPercent, maximumPercent: 200 };
      await ecs.updateService({ ...ofService, taskDefinition: "task", deploymentConfiguration });
      assert.deepEqual(await deploy(), seen);
      assert.deepEqual(await account.interruptions(), interruptions);
    });
  }

  it("is interrupted when it is deleted, but not when it is to run fewer tasks", async () => {
    await ecs.updateService({ ...ofService, desiredCount: 1 });
    assert.deepEqual(await account.interruptions(), []);
    await ecs.deleteService({ ...ofService, force: true });
    assert.match((await account.interruptions()).join(), /^task: 0 of at least 1 tasks run after \S+DeleteService$/);
  });
});
