import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withClients } from "../../../components/dynamicProvider/awsClient";
import { errorCode, errorMessage, explain } from "../../../components/dynamicProvider/awsErrors";
import { interruptedError } from "../../../components/dynamicProvider/pollUntil";

function awsError(name: string, more: object = {}): Error {
  return Object.assign(new Error("said AWS"), { name, ...more });
}

describe("an error", () => {
  const table: [title: string, error: unknown, code: string, message: string][] = [
    ["of the SDK", awsError("NatGatewayNotFound"), "NatGatewayNotFound", "NatGatewayNotFound: said AWS"],
    ["with a code of its own", awsError("Error", { Code: "AuthFailure" }), "AuthFailure", "AuthFailure: said AWS"],
    ["of a connection", awsError("Error", { code: "EPIPE" }), "EPIPE", "EPIPE: said AWS"],
    ["of one, renamed", awsError("Odd", { code: "EPIPE" }), "Odd", "Odd: said AWS"],
    ["that names its code", awsError("AWS"), "AWS", "said AWS"],
    ["of ours", awsError("Error", { code: "DeadlineExceeded" }), "DeadlineExceeded", "said AWS"],
    ["without a code", new Error("plain"), "", "plain"],
    ["that is a text", "text", "", "text"],
    ["without anything", {}, "", "[object Object]"],
    ["that is null", null, "", "null"],
  ];
  for (const [title, error, code, message] of table) {
    it(`${title} has a code and a message`, () => {
      assert.deepEqual([errorCode(error), errorMessage(error)], [code, message]);
    });
  }
});

/** What is said of an error of AWS with this code. */
function said(code: string): string {
  return explain(Object.assign(new Error("said AWS."), { name: code }), "asking").message;
}

describe("the remedies of AWS's errors", () => {
  it("are those of the reviewed list (UPDATE_GOLDEN=1 npm test writes it anew)", () => {
    const file = join(__dirname, "remedies.txt");
    const codes = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/: .*/, ""));
    const list = codes.map((code) => `${code}: ${said(code).replace(`failed at asking: ${code}: said AWS. `, "")}\n`);
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, list.join(""));
    assert.equal(list.join(""), readFileSync(file, "utf8"));
  });

  // Sentences of https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html, behind EC2's own.
  const denied = (action: string, why: string) => {
    const user = "User: arn:aws:iam::111122223333:user/deployer is not authorized to perform:";
    const message = `You are not authorized to perform this operation. ${user} ${action} on resource: * ${why}`;
    return explain(Object.assign(new Error(message), { name: "UnauthorizedOperation" }), "opening").message;
  };

  const byPolicy = "with an explicit deny in a service control policy";
  const exempted = /\. A policy of your organization forbids it: have the account exempted\.$/;
  const without = /\. A policy .*: have the account exempted, or do without a NAT gateway: .*egress none.*mirror`\.$/;
  const denials: [action: string, why: string, remedy: RegExp][] = [
    ["ec2:CreateInternetGateway", byPolicy, without],
    ["ec2:AttachInternetGateway", byPolicy, without],
    ["ec2:CreateNatGateway", byPolicy, without],
    ["ec2:CreateRoute", "because no service control policy allows the ec2:CreateRoute action", without],
    ["ecs:RunTask", byPolicy, exempted],
    ["ec2:CreateRouteTable", byPolicy, exempted],
    [
      "ec2:AllocateAddress",
      "because no permissions boundary allows the ec2:AllocateAddress action",
      /\. Allow the action in the permissions boundary of whoever/,
    ],
  ];
  for (const [action, why, remedy] of denials) {
    it(`tell what to do when ${action} is denied ${why}`, () => assert.match(denied(action, why), remedy));
  }

  it("know the error of the SDK itself when a session has ended", async () => {
    const environment = { ...process.env };
    const directory = mkdtempSync(join(tmpdir(), "traced-fargate-"));
    try {
      const config = join(directory, "config");
      writeFileSync(
        config,
        "[profile gone]\nsso_session = main\nsso_account_id = 111122223333\nsso_role_name = role\n" +
          "[sso-session main]\nsso_region = eu-central-1\nsso_start_url = https://example.com/start\n",
      );
      // Nobody has signed in there.
      const nowhere = { AWS_SHARED_CREDENTIALS_FILE: "/dev/null", HOME: directory };
      Object.assign(process.env, { AWS_CONFIG_FILE: config, ...nowhere });
      const location = { region: "eu-central-1", profile: "gone" };
      const asking = withClients(location, ["ecs"], ({ ecs }) => ecs.describeTasks({ tasks: ["task"] }));
      const error = await asking.catch((caught: unknown) => caught);
      assert.match(explain(error, "asking").message, /^failed at asking: CredentialsProviderError: .* Sign in again/);
    } finally {
      process.env = environment;
      rmSync(directory, { recursive: true });
    }
  });

  it("say nothing of a code they do not know, and leave an interruption as it is", () => {
    assert.equal(said("Something.New"), "failed at asking: Something.New: said AWS");
    const interrupted = interruptedError("waiting");
    assert.equal(explain(interrupted, "asking"), interrupted);
  });
});
