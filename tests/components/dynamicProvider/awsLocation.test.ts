import assert from "node:assert/strict";
import { assertAccount, withClients } from "../../../components/dynamicProvider/awsClient";
import { type AwsLocation, locationOf } from "../../../components/dynamicProvider/awsLocation";
import { StsDouble } from "../../aws/stsDouble";
import { leaseId, leaseInputs, withDouble } from "../../pulumi/leaseInputs";
import { leaseProviders } from "../../pulumi/leaseProviders";

const roleOf = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

describe("where AWS is called, and as whom", () => {
  let sts: StsDouble;
  let environment: NodeJS.ProcessEnv;

  beforeEach(async () => {
    environment = { ...process.env };
    const credentials = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "test", AWS_SESSION_TOKEN: "" };
    Object.assign(process.env, credentials, { AWS_CONFIG_FILE: "/dev/null", AWS_PROFILE: "" });
    sts = await new StsDouble("111122223333").listen();
  });

  afterEach(async () => {
    process.env = environment;
    await sts.close();
  });

  const location = (changes: Partial<AwsLocation> = {}): AwsLocation => ({
    region: "eu-central-1",
    endpoints: { sts: sts.url },
    ...changes,
  });

  it("is taken out of arguments which hold more, without what is not set", () => {
    const args = { region: "eu-central-1", profile: undefined, accountId: "111122223333", instanceType: "t4g.nano" };
    assert.deepEqual(locationOf(args), { region: "eu-central-1", accountId: "111122223333" });
  });

  it("calls the endpoint it is told", async () => {
    await withDouble(async (double) => {
      const url = process.env.AWS_ENDPOINT_URL;
      process.env.AWS_ENDPOINT_URL = "http://127.0.0.1:1";
      const told = { region: "eu-central-1", endpoints: { ec2: url } };
      await withClients(told, ["ec2"], ({ ec2 }) => ec2.describeInternetGateways({}));
      assert.deepEqual(double.takeCalls(), ["DescribeInternetGateways"]);
    });
  });

  it("assumes the roles one after the other, each with what it is told, and once", async () => {
    const assumeRoles = [
      { RoleArn: roleOf("hub") },
      { RoleArn: roleOf("deployer"), RoleSessionName: "ci", ExternalId: "1234", DurationSeconds: 900 },
    ];
    await assertAccount(location({ assumeRoles, accountId: "111122223333" }));
    assert.deepEqual(sts.calls, [
      {
        action: "AssumeRole",
        accessKeyId: "AKIATEST",
        parameters: { RoleArn: roleOf("hub"), RoleSessionName: "traced-fargate" },
      },
      {
        action: "AssumeRole",
        accessKeyId: "ASIA-hub",
        parameters: {
          RoleArn: roleOf("deployer"),
          RoleSessionName: "ci",
          ExternalId: "1234",
          DurationSeconds: "900",
        },
      },
      { action: "GetCallerIdentity", accessKeyId: "ASIA-deployer", parameters: {} },
    ]);
  });

  it("keeps a role's credentials for all calls of a client", async () => {
    await withDouble(async (double) => {
      await withClients(location({ assumeRoles: [{ RoleArn: roleOf("hub") }] }), ["ec2"], async ({ ec2 }) => {
        await ec2.describeInternetGateways({});
        await ec2.describeAddresses({});
      });
      assert.deepEqual(double.takeCalls(), ["DescribeInternetGateways", "DescribeAddresses"]);
      assert.deepEqual(
        sts.calls.map(({ action }) => action),
        ["AssumeRole"],
      );
    });
  });

  it("says what STS refused", async () => {
    const message = "User is not authorized to perform: sts:AssumeRole on resource: role/hub";
    sts.gate.faults = () => ({ kind: "error", code: "AccessDenied", message });
    await assert.rejects(assertAccount(location({ assumeRoles: [{ RoleArn: roleOf("hub") }], accountId: "1" })), {
      name: "AccessDenied",
      message,
    });
  });

  const refused =
    "failed at comparing the account of the credentials with the stack's: the credentials are those of " +
    "arn:aws:iam::111122223333:user/AKIATEST in account 111122223333, but the stack is in account 444455556666; " +
    "nothing was changed. Use credentials of that account: they follow from aws:profile, aws:assumeRoles and the " +
    "environment";

  it("lets a lease be opened and deleted in its own account alone", async () => {
    await withDouble(async (double) => {
      const { lease } = leaseProviders;
      const inputs = leaseInputs({ accountId: "444455556666", endpoints: { sts: sts.url } });
      await assert.rejects(async () => lease.create?.(inputs), { message: refused });
      // There, nothing of it would be found.
      const state = { ...inputs, version: 1, generation: 1 };
      await assert.rejects(async () => lease.delete?.(leaseId, state), { message: refused });
      assert.deepEqual(double.takeCalls(), []);
      await lease.create?.({ ...inputs, accountId: "111122223333" });
      assert.ok(double.takeCalls().includes("CreateNatGateway"));
    });
  });
});
