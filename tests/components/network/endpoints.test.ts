import assert from "node:assert/strict";
import type { PolicyStatement } from "../../../components/iam";
import { type EndpointNeed, mergeEndpointNeeds } from "../../../components/network/endpoints";

const allow = (Sid: string): PolicyStatement => ({ Sid, Effect: "Allow", Action: ["s3:GetObject"], Resource: ["*"] });
const need = (endpoint: EndpointNeed["endpoint"], ...sids: string[]): EndpointNeed => ({
  endpoint,
  statements: sids.map(allow),
});

describe("mergeEndpointNeeds", () => {
  it("joins what containers and client do through one endpoint, says who uses it, and has an order of its own", () => {
    const containers = [need("dynamodb", "Write"), need("s3", "ReadLayers"), need("logs", "WriteLogs")];
    const client = [need("s3", "ReadPackages"), need("ec2messages", "Receive"), need("ssm", "Register")];
    const merged = [
      { endpoint: "logs", usedBy: ["containers"], statements: [allow("WriteLogs")] },
      { endpoint: "ssm", usedBy: ["client"], statements: [allow("Register")] },
      { endpoint: "ec2messages", usedBy: ["client"], statements: [allow("Receive")] },
      { endpoint: "s3", usedBy: ["containers", "client"], statements: [allow("ReadLayers"), allow("ReadPackages")] },
      { endpoint: "dynamodb", usedBy: ["containers"], statements: [allow("Write")] },
    ];
    assert.deepEqual(mergeEndpointNeeds({ containers, client }), merged);
    assert.deepEqual(mergeEndpointNeeds({ containers: containers.toReversed(), client: client.toReversed() }), merged);
  });

  it("refuses a need without statements, because its policy would allow nothing", () => {
    assert.throws(() => mergeEndpointNeeds({ containers: [need("xray")], client: [] }), {
      message: 'endpoint "xray" is needed without any statement; say what is done through it',
    });
  });

  it("refuses two statements with one Sid, as IAM does", () => {
    const containers = [need("logs", "WriteLogs"), need("logs", "Register")];
    assert.throws(() => mergeEndpointNeeds({ containers, client: [need("logs", "WriteLogs")] }), {
      message: 'endpoint "logs" is needed for two statements with the Sid "WriteLogs"; rename one',
    });
  });
});
