import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { EC2 } from "@aws-sdk/client-ec2";
import { ECS } from "@aws-sdk/client-ecs";
import { Scheduler } from "@aws-sdk/client-scheduler";
import { connection } from "../account";
import { requireTool } from "../tools";
import { Account, type Refusal } from "./account";

interface Clients {
  readonly ec2: EC2;
  readonly ecs: ECS;
  readonly scheduler: Scheduler;
}

const schedule = {
  Name: "once",
  ScheduleExpression: "at(2030-01-01T00:00:00)",
  FlexibleTimeWindow: { Mode: "OFF" },
  Target: { Arn: "arn:aws:scheduler:::aws-sdk:ec2:deleteNatGateway", RoleArn: "arn:aws:iam::123456789012:role/role" },
} as const;

/** A refused call in the protocol of each kind of service, with what its client makes of the answer. */
const refused: readonly [Refusal, call: (clients: Clients) => Promise<unknown>, code: string, status: number][] = [
  [
    { action: "ec2.CreateVpc", as: "quota" },
    ({ ec2 }) => ec2.createVpc({ CidrBlock: "10.0.0.0/16" }),
    "VpcLimitExceeded",
    400,
  ],
  [
    { action: "ec2.CreateVpc", as: "denied" },
    ({ ec2 }) => ec2.createVpc({ CidrBlock: "10.0.0.0/16" }),
    "UnauthorizedOperation",
    403,
  ],
  [
    { action: "ecs.CreateCluster", as: "denied" },
    ({ ecs }) => ecs.createCluster({ clusterName: "cluster" }),
    "AccessDeniedException",
    400,
  ],
  [
    { action: "scheduler.CreateSchedule", as: "quota" },
    ({ scheduler }) => scheduler.createSchedule(schedule),
    "ServiceQuotaExceededException",
    402,
  ],
  [
    { action: "scheduler.DeleteSchedule", as: "denied" },
    ({ scheduler }) => scheduler.deleteSchedule({ Name: schedule.Name }),
    "AccessDeniedException",
    403,
  ],
];

describe("moto as a rehearsal has it, when it is to refuse calls", () => {
  const folder = mkdtempSync(join(tmpdir(), "traced-fargate-moto-"));
  let account: Account;
  let clients: Clients;

  before(async function () {
    account = await Account.start(requireTool(this, "moto"), join(folder, "aws.log"));
    const at = connection(account.endpoint);
    clients = { ec2: new EC2(at), ecs: new ECS(at), scheduler: new Scheduler(at) };
  });
  afterEach(() => account.refuse([]));
  after(async () => {
    for (const client of Object.values(clients ?? {})) client.destroy();
    await account?.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [refusal, call, code, status] of refused) {
    it(`answers ${refusal.action} with ${code}`, async () => {
      await account.refuse([refusal]);
      await assert.rejects(call(clients), (error: { name: string; $metadata: { httpStatusCode?: number } }) => {
        assert.deepEqual([error.name, error.$metadata.httpStatusCode], [code, status]);
        return true;
      });
      const [{ message = "" } = {}] = await account.refuse([]);
      assert.notEqual(message, "");
      await call(clients);
    });
  }

  it("answers IAM in its form", async () => {
    await account.refuse([{ action: "iam.CreateRole", as: "quota" }]);
    const authorization = "AWS4-HMAC-SHA256 Credential=AKIATEST/20260101/us-east-1/iam/aws4_request";
    const body = new URLSearchParams({ Action: "CreateRole", Version: "2010-05-08" });
    const answer = await fetch(account.endpoint, { method: "POST", headers: { authorization }, body });
    assert.equal(answer.status, 409);
    assert.match(await answer.text(), /<ErrorResponse .*<Code>LimitExceeded<\/Code><Message>Cannot exceed quota/);
  });

  it("throttles the first call of each action that changes something, and no other", async () => {
    await account.refuse([{ action: "*", as: "throttled" }]);
    await clients.ecs.listClusters({});
    for (const clusterName of ["first", "second"]) await clients.ecs.createCluster({ clusterName });
    await clients.ec2.createInternetGateway({});
    const calls = await account.refuse([]);
    assert.deepEqual(
      calls.map(({ action, code }) => `${action} ${code}`),
      ["ecs.CreateCluster ThrottlingException", "ec2.CreateInternetGateway RequestLimitExceeded"],
    );
  });

  it("refuses the calls of one caller alone", async () => {
    await account.refuse([{ action: "ec2.CreateInternetGateway", as: "denied", by: "aws-sdk-go" }]);
    await clients.ec2.createInternetGateway({});
    assert.deepEqual(await account.refuse([]), []);
  });
});
