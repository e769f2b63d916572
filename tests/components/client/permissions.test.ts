import assert from "node:assert/strict";
import { loadClientEndpoints, loadClientStatements } from "../../../components/client/permissions";

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

describe("the older message service, when the load client uses it", () => {
  it("is allowed to the client's role", () => {
    const statements = loadClientStatements("eu-central-1", "111122223333", { ec2messages: true });
    assert.deepEqual(statements.at(-1), messages);
  });

  it("has an endpoint, before that of S3", () => {
    const usual = loadClientEndpoints("eu-central-1");
    const asked = loadClientEndpoints("eu-central-1", { ec2messages: true });
    const endpoint = { endpoint: "ec2messages", statements: [messages] };
    assert.deepEqual(asked, [...usual.slice(0, 2), endpoint, ...usual.slice(2)]);
  });
});
