import assert from "node:assert/strict";
import type { PolicyStatement } from "../../../components/iam";
import {
  type Endpoint,
  type EndpointNeed,
  endpointPolicy,
  mergeEndpointNeeds,
} from "../../../components/network/endpoints";

const allow = (Sid: string, action: string, resource: string): PolicyStatement => ({
  Sid,
  Effect: "Allow",
  Action: [action],
  Resource: [resource],
});
const need = (endpoint: Endpoint, ...statements: PolicyStatement[]): EndpointNeed => ({ endpoint, statements });
const writeLogs = allow("WriteLogs", "logs:PutLogEvents", "arn:aws:logs:eu-central-1:111111111111:log-group:app:*");
const readLayers = allow("ReadLayers", "s3:GetObject", "arn:aws:s3:::layers/*");
const readPackages = allow("ReadPackages", "s3:GetObject", "arn:aws:s3:::packages/*");
const register = allow("Register", "ssm:UpdateInstanceInformation", "*");

describe("mergeEndpointNeeds", () => {
  it("joins what containers and client do through one endpoint and says who uses it", () => {
    const containers = [need("s3", readLayers), need("logs", writeLogs)];
    assert.deepEqual(mergeEndpointNeeds({ containers, client: [need("ssm", register), need("s3", readPackages)] }), [
      { endpoint: "logs", usedBy: ["containers"], statements: [writeLogs] },
      { endpoint: "ssm", usedBy: ["client"], statements: [register] },
      { endpoint: "s3", usedBy: ["containers", "client"], statements: [readLayers, readPackages] },
    ]);
  });

  it("has an order that does not depend on who asks first", () => {
    const names: Endpoint[] = [
      "ecr.api",
      "ecr.dkr",
      "logs",
      "xray",
      "ssm",
      "ssmmessages",
      "ec2messages",
      "s3",
      "dynamodb",
    ];
    const needs = names.map((endpoint) => need(endpoint, readLayers));
    const merged = [
      mergeEndpointNeeds({ containers: needs, client: [] }),
      mergeEndpointNeeds({ containers: [], client: needs.toReversed() }),
    ];
    for (const endpoints of merged) {
      assert.deepEqual(
        endpoints.map(({ endpoint }) => endpoint),
        names,
      );
    }
  });

  it("refuses a need without statements, because its policy would allow nothing", () => {
    assert.throws(() => mergeEndpointNeeds({ containers: [need("xray")], client: [] }), {
      message: 'endpoint "xray" is needed without any statement; say what is done through it',
    });
  });

  it("refuses two statements with one Sid, as IAM does", () => {
    const containers = [need("logs", writeLogs), need("logs", register)];
    assert.throws(() => mergeEndpointNeeds({ containers, client: [need("logs", { ...register, Sid: "WriteLogs" })] }), {
      message: 'endpoint "logs" is needed for two statements with the Sid "WriteLogs"; rename one',
    });
  });
});

describe("endpointPolicy", () => {
  const policy = (endpoint: "logs" | "s3", statement: PolicyStatement) =>
    endpointPolicy({ endpoint, usedBy: ["client"], statements: [statement] }, "111111111111");

  it("lets the members of the account do what is needed, and nobody else", () => {
    assert.deepEqual(policy("logs", writeLogs), [
      { ...writeLogs, Principal: "*", Condition: { StringEquals: { "aws:PrincipalAccount": "111111111111" } } },
    ]);
  });

  it("keeps a statement's own conditions", () => {
    const Condition = { StringEquals: { "aws:SourceVpc": "vpc-1" }, Bool: { "aws:SecureTransport": "true" } };
    const [{ Condition: made } = {}] = policy("logs", { ...writeLogs, Condition });
    assert.deepEqual(made, {
      StringEquals: { "aws:SourceVpc": "vpc-1", "aws:PrincipalAccount": "111111111111" },
      Bool: { "aws:SecureTransport": "true" },
    });
  });

  it("does not ask for the account on S3, where layers and packages are fetched without it", () => {
    assert.deepEqual(policy("s3", readLayers), [{ ...readLayers, Principal: "*" }]);
  });
});
