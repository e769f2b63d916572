import assert from "node:assert/strict";
import { statusCommand } from "../../../tools/operate/status/command";
import { recordedService, startService, writeRecord } from "./localRecord";
import { clientId, describedService, ec2Set, isoAgo, secondsAgo } from "./operatedAccount";
import { assertRecorded, outputs, pulumi, type } from "./typed";
import { withAccount } from "./withAccount";

describe("npm run status", () => {
  const at = withAccount();

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
    at.account.answers.DescribeServices = () =>
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
    at.account.answers.DescribeInstanceInformation = () => ({
      InstanceInformationList: [
        { InstanceId: clientId, PingStatus: "ConnectionLost", LastPingDateTime: secondsAgo(4000) },
      ],
    });
    at.account.answers.DescribeNatGateways = () =>
      ec2Set(
        "natGatewaySet",
        `<natGatewayId>nat-0bb</natGatewayId><state>available</state><createTime>${isoAgo(7200)}</createTime>`,
      );
    at.account.answers.DescribeAddresses = ec2Set("addressesSet", "<allocationId>eipalloc-0cc</allocationId>");
    const arn = "arn:aws:ec2:eu-central-1:111122223333:vpc-endpoint/vpce-0dd";
    at.account.answers.GetResources = { ResourceTagMappingList: [{ ResourceARN: arn, Tags: [] }] };
    at.account.answers.DescribeVpcEndpoints = ec2Set(
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
      at.account.answers.DescribeServices = answer;
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
    assert.ok(!at.account.calls.some(({ action }) => action === "DescribeInstanceInformation"));
  });
});

describe("npm run status -- --local", () => {
  const at = withAccount();
  const status = (line = "--local") => type(statusCommand, line, { projectDir: at.folder });

  it("shows a run that is alive, of which each service answers", async () => {
    const server = await startService();
    const { url } = server;
    const services = [recordedService(url)];
    // The run before it was killed, and could not note its end; its process id is another's by now.
    writeRecord(at.folder, "dev.1", { id: "run-0", startedAt: isoAgo(60), services });
    writeRecord(at.folder, "dev", { startedAt: isoAgo(180), services });
    const { code, stdout, stderr } = await status();
    await server.close();
    const recorded = stdout.replaceAll(url, "http://127.0.0.1:8080").replaceAll(String(process.pid), "4321");
    assertRecorded("status-local", "status -- --local", { code, stdout: recorded, stderr });
    assert.equal(code, 0);
  });

  it("shows a run of which a service does not answer, and exits with 2", async () => {
    const server = await startService();
    writeRecord(at.folder, "dev", {
      services: [recordedService(server.url), recordedService("http://127.0.0.1:1", "date")],
    });
    const { code, stdout } = await status("--local --json");
    await server.close();
    const { healthy, alive, services } = JSON.parse(stdout);
    assert.deepEqual([code, healthy, alive], [2, false, true]);
    assert.deepEqual(
      services.map(({ answers }: { answers: boolean }) => answers),
      [true, false],
    );
  });

  it("shows a run that is over, and what to type", async () => {
    writeRecord(at.folder, "dev", {
      startedAt: isoAgo(600),
      endedAt: isoAgo(300),
      services: [recordedService("http://127.0.0.1:8080")],
    });
    const typed = await status();
    assertRecorded("status-local-over", "status -- --local", typed);
    assert.equal(typed.code, 2);
  });

  it("knows the run of another stack, and a broken record, from one of this", async () => {
    writeRecord(at.folder, "proxy", { stack: "proxy" });
    writeRecord(at.folder, "dev", { pid: "none" });
    const { code, stderr } = await status();
    const said = "error: there is no local run of stack dev; type: npm start -- --stack dev --keep\n";
    assert.deepEqual([code, stderr], [1, said]);
  });
});
