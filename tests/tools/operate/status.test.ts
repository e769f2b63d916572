import assert from "node:assert/strict";
import { statusCommand } from "../../../tools/operate/status/command";
import { clientId, describedService, ec2Set, isoAgo, OperatedAccount, secondsAgo } from "./operatedAccount";
import { assertRecorded, outputs, pulumi, type } from "./typed";

describe("npm run status", () => {
  let environment: NodeJS.ProcessEnv;
  let account: OperatedAccount;

  beforeEach(async () => {
    environment = { ...process.env };
    account = new OperatedAccount();
    await account.gate.listen();
    Object.assign(process.env, account.environment);
  });

  afterEach(async () => {
    process.env = environment;
    await account.gate.stop();
  });

  const lease = {
    ...{ urn: "urn:pulumi:dev::traced-fargate::lease::egress-lease", id: "traced-fargate/dev/egress/vpc-0a" },
    type: "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease",
  };
  const pending = {
    type: "creating",
    resource: { urn: "urn:pulumi:dev::traced-fargate::x::hello", type: "aws:ecs/service:Service" },
  };

  it("shows a stack that is healthy, and exits with 0", async () => {
    const typed = await type(statusCommand, "--stack dev");
    assertRecorded("status", "status -- --stack dev", typed);
    assert.equal(typed.code, 0);
  });

  it("shows what is not as it should be first, with what to type, and exits with 2", async () => {
    account.answers.DescribeServices = () =>
      describedService(
        {
          ...{ runningCount: 0, failedTasks: 2, rolloutState: "IN_PROGRESS", updatedAt: secondsAgo(240) },
        },
        [
          {
            createdAt: secondsAgo(60),
            message: "(service hello-5d6e7f8) (task 0123456789abcdef0123456789abcdef) failed container health checks.",
          },
        ],
      );
    account.answers.DescribeInstanceInformation = () => ({
      InstanceInformationList: [
        { InstanceId: clientId, PingStatus: "ConnectionLost", LastPingDateTime: secondsAgo(4000) },
      ],
    });
    account.answers.DescribeNatGateways = () =>
      ec2Set(
        "natGatewaySet",
        `<natGatewayId>nat-0bb</natGatewayId><state>available</state><createTime>${isoAgo(7200)}</createTime>`,
      );
    account.answers.DescribeAddresses = ec2Set("addressesSet", "<allocationId>eipalloc-0cc</allocationId>");
    const arn = "arn:aws:ec2:eu-central-1:111122223333:vpc-endpoint/vpce-0dd";
    account.answers.GetResources = { ResourceTagMappingList: [{ ResourceARN: arn, Tags: [] }] };
    account.answers.DescribeVpcEndpoints = ec2Set(
      "vpcEndpointSet",
      "<vpcEndpointId>vpce-0dd</vpcEndpointId><state>available</state>",
    );
    const state = { deployment: { resources: [lease], pending_operations: [pending] } };
    const typed = await type(statusCommand, "", { pulumi: pulumi(outputs, state) });
    assertRecorded("status-not-healthy", "status", typed);
    assert.equal(typed.code, 2);
  });

  it("prints all of it as one JSON document", async () => {
    const { code, stdout, stderr } = await type(statusCommand, "--json");
    const { healthy, problems, services, client, natGateways } = JSON.parse(stdout);
    assert.deepEqual([code, stderr, healthy, problems], [0, "", true, []]);
    assert.deepEqual(
      [services[0].runningTasks, services[0].deployment, client.ping, natGateways[0].state],
      [1, "COMPLETED, 1 of 1 tasks run, 0 failed", "Online", "deleted"],
    );
  });

  it("counts a service without tasks, one that ECS does not show, and one that is deleted as not healthy", async () => {
    const none: [answer: object, deployment: string][] = [
      [describedService({ desiredCount: 0, runningCount: 0 }), "COMPLETED, 0 of 0 tasks run, 0 failed"],
      [{ services: [], failures: [{ reason: "MISSING" }] }, "ECS shows it as MISSING"],
      [{ services: [{ serviceName: "hello-5d6e7f8", status: "INACTIVE" }] }, "ECS shows it as INACTIVE"],
    ];
    for (const [answer, deployment] of none) {
      account.answers.DescribeServices = answer;
      const { code, stdout } = await type(statusCommand, "--json");
      assert.deepEqual([code, JSON.parse(stdout).problems], [2, [`service hello: ${deployment}`]]);
    }
  });

  it("does without a load client", async () => {
    const { code, stdout } = await type(statusCommand, "", {
      pulumi: pulumi({ ...outputs, clientInstanceId: "none" }),
    });
    assert.equal(code, 0);
    assert.match(stdout, /^client +none$/m);
    assert.ok(!account.calls.some(({ action }) => action === "DescribeInstanceInformation"));
  });
});
