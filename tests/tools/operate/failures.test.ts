import assert from "node:assert/strict";
import { statusCommand } from "../../../tools/operate/status/command";
import { NoPulumiError } from "../../../tools/pulumiCli";
import { outputs, pulumi, type } from "./typed";
import { withAccount } from "./withAccount";

describe("what keeps a command from its work is said in one line, with what to type", () => {
  const at = withAccount();

  async function assertSaid(line: string, said: string | RegExp, io: Parameters<typeof type>[2] = {}): Promise<void> {
    const { code, stdout, stderr } = await type(statusCommand, line, io);
    assert.deepEqual([code, stdout], [1, ""]);
    if (typeof said === "string") assert.equal(stderr, `error: ${said}\n`);
    else assert.match(stderr, said);
    assert.equal(stderr.trim().split("\n").length, 1);
  }

  it("without the CLI", async () => {
    const missing = "Cannot start Pulumi: no pulumi on PATH, and npx failed";
    const ask = async () => {
      throw new NoPulumiError(missing);
    };
    await assertSaid("", missing, { pulumi: ask });
  });

  it("without such a stack", () => assertSaid("--stack nope", /^error: unknown stack "nope": known are chain, dev, /));

  it("without such an option", () =>
    assertSaid("--jsn", /^error: unknown option --jsn: did you mean --json\? allowed are --stack <stack>/));

  it("without a deployment", async () => {
    await assertSaid("", "stack dev is not deployed; type: npm run up -- --stack dev", { pulumi: pulumi({}) });
    const { clusterArn, ecsServices, ...others } = outputs;
    await assertSaid(
      "",
      "stack dev lacks the outputs clusterArn, ecsServices: its deployment is unfinished, or of an older version; " +
        "type: npm run up -- --stack dev",
      { pulumi: pulumi(others) },
    );
  });

  const signIn = "type: aws sso login, or export AWS_PROFILE=...";

  it("without credentials", async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_PROFILE;
    await assertSaid("", `there are no AWS credentials; ${signIn}`);
  });

  it("with credentials of another account", async () => {
    at.account.answers.GetCallerIdentity =
      "<GetCallerIdentityResult><Account>999922223333</Account><Arn>arn:aws:iam::999922223333:user/a</Arn>" +
      "</GetCallerIdentityResult>";
    await assertSaid("", /^error: the credentials are those of arn:aws:iam::999922223333:user\/a in account 9999/);
  });

  // https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html,
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
  const who = "User: arn:aws:sts::111122223333:assumed-role/reader/me is not authorized to perform";
  const allow = "allow it: docs/deployer-policy/operator.json";
  const refusals: readonly [action: string, code: string, message: string, said: string | RegExp][] = [
    [
      "DescribeServices",
      "AccessDeniedException",
      `${who}: ecs:DescribeServices on resource: x because no identity-based policy allows the ecs:DescribeServices action`,
      `AWS denies ecs:DescribeServices (because no identity-based policy allows it); ${allow}`,
    ],
    [
      "DescribeNatGateways",
      "UnauthorizedOperation",
      `You are not authorized to perform this operation. ${who}: ec2:DescribeNatGateways with an explicit deny in a ` +
        "service control policy",
      `AWS denies ec2:DescribeNatGateways (with an explicit deny in a service control policy); ${allow}`,
    ],
    ["GetResources", "AccessDeniedException", "", `AWS denies tag:GetResources; ${allow}`],
    [
      "DescribeServices",
      "ExpiredTokenException",
      "The security token included in the request is expired",
      `the AWS credentials have expired; ${signIn}`,
    ],
    [
      "GetCallerIdentity",
      "ExpiredToken",
      "The security token included in the request is expired",
      `the AWS credentials have expired; ${signIn}`,
    ],
    [
      "GetCallerIdentity",
      "InvalidClientTokenId",
      "The security token included in the request is invalid.",
      `AWS does not accept the credentials (InvalidClientTokenId); ${signIn}`,
    ],
    [
      "DescribeServices",
      "ClusterNotFoundException",
      "Cluster not found.",
      "AWS failed at ecs:DescribeServices: ClusterNotFoundException: Cluster not found.",
    ],
  ];
  for (const [action, code, message, said] of refusals) {
    it(`when AWS answers ${action} with ${code}`, async () => {
      at.account.gate.faults = (call) => (call.action === action ? { kind: "error", code, message } : undefined);
      await assertSaid("", said);
    });
  }

  it("when AWS is out of reach", async () => {
    process.env.AWS_ENDPOINT_URL_STS = "http://127.0.0.1:1";
    await assertSaid("", /^error: AWS cannot be reached for sts:GetCallerIdentity: .*ECONNREFUSED/);
  });

  it("with the profile of the stack in the command", async () => {
    const { failureOf } = await import("../../../tools/operate/awsCalls");
    const expired = Object.assign(new Error("Token is expired."), { name: "TokenProviderError" });
    assert.equal(
      failureOf(expired, "sts:GetCallerIdentity", { region: "eu-central-1", profile: "company" }).message,
      "the AWS credentials have expired; type: aws sso login --profile company, or export AWS_PROFILE=...",
    );
  });
});
