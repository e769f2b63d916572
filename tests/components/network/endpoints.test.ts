import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../../../components/iam";
import {
  type EndpointNeed,
  endpointPolicy,
  endpointServiceName,
  gatewayEndpoints,
  interfaceEndpoints,
  mergeEndpointNeeds,
  type PlannedEndpoint,
} from "../../../components/network/endpoints";

const allow = (Sid: string, action: string, ...resources: pulumi.Input<string>[]): PolicyStatement => ({
  Sid,
  Effect: "Allow",
  Action: [action],
  Resource: resources,
});
const writeLogs = allow("WriteLogs", "logs:PutLogEvents", "arn:aws:logs:eu-central-1:111111111111:log-group:app:*");
const readLayers = allow("ReadLayers", "s3:GetObject", "arn:aws:s3:::layers/*");
const readPackages = allow("ReadPackages", "s3:GetObject", "arn:aws:s3:::packages/*");

describe("mergeEndpointNeeds", () => {
  it("joins what containers and client do through one endpoint and says who uses it", () => {
    const merged = mergeEndpointNeeds(
      [
        { endpoint: "s3", statements: [readLayers] },
        { endpoint: "logs", statements: [writeLogs] },
      ],
      [
        { endpoint: "ssm", statements: [allow("Register", "ssm:UpdateInstanceInformation", "*")] },
        { endpoint: "s3", statements: [readPackages] },
      ],
    );
    assert.deepEqual(merged, [
      { kind: "interface", endpoint: "logs", usedBy: { containers: true, client: false }, statements: [writeLogs] },
      {
        kind: "interface",
        endpoint: "ssm",
        usedBy: { containers: false, client: true },
        statements: [allow("Register", "ssm:UpdateInstanceInformation", "*")],
      },
      {
        kind: "gateway",
        endpoint: "s3",
        usedBy: { containers: true, client: true },
        statements: [readLayers, readPackages],
      },
    ]);
  });

  it("makes nothing which nobody needs", () => {
    assert.deepEqual(mergeEndpointNeeds([], []), []);
  });

  it("knows every endpoint as interface or gateway, in an order that does not depend on who asks first", () => {
    const needs = [...interfaceEndpoints, ...gatewayEndpoints].map(
      (endpoint): EndpointNeed => ({ endpoint, statements: [readLayers] }),
    );
    const kinds = (merged: PlannedEndpoint[]) => merged.map(({ kind, endpoint }) => `${kind} ${endpoint}`);
    const expected = [
      "interface ecr.api",
      "interface ecr.dkr",
      "interface logs",
      "interface xray",
      "interface ssm",
      "interface ssmmessages",
      "interface ec2messages",
      "gateway s3",
      "gateway dynamodb",
    ];
    assert.deepEqual(kinds(mergeEndpointNeeds(needs, [])), expected);
    assert.deepEqual(kinds(mergeEndpointNeeds([], needs.toReversed())), expected);
  });

  it("refuses a need without statements, because its policy would allow nothing", () => {
    assert.throws(() => mergeEndpointNeeds([{ endpoint: "xray", statements: [] }], []), {
      message: 'endpoint "xray" is needed without any statement; say what is done through it',
    });
  });

  describe("the statements of one endpoint", () => {
    const statementsOf = (...statements: PolicyStatement[]) =>
      mergeEndpointNeeds(
        statements.map((statement): EndpointNeed => ({ endpoint: "logs", statements: [statement] })),
        [],
      )[0]?.statements;

    it("are listed once when they allow the same, whatever their Sid", () => {
      assert.deepEqual(statementsOf(writeLogs, { ...writeLogs }, { ...writeLogs, Sid: "Other" }), [writeLogs]);
    });

    it("get Sids of their own when they allow different things", () => {
      const other = (resource: string) => allow("WriteLogs", "logs:PutLogEvents", resource);
      assert.deepEqual(statementsOf(writeLogs, other("a"), other("b"), writeLogs), [
        writeLogs,
        { ...other("a"), Sid: "WriteLogs2" },
        { ...other("b"), Sid: "WriteLogs3" },
      ]);
    });

    const different: [what: string, other: PolicyStatement][] = [
      ["another action", { ...writeLogs, Action: ["logs:CreateLogStream"] }],
      ["one action more", { ...writeLogs, Action: [...writeLogs.Action, "logs:CreateLogStream"] }],
      ["a condition", { ...writeLogs, Condition: { StringEquals: { "aws:SourceVpc": "vpc-1" } } }],
      ["no resource", { Sid: "WriteLogs", Effect: "Allow", Action: writeLogs.Action }],
    ];
    for (const [what, other] of different) {
      it(`stay apart when one has ${what}`, () => {
        assert.deepEqual(statementsOf(writeLogs, other), [writeLogs, { ...other, Sid: "WriteLogs2" }]);
      });
    }

    const unknown: [what: string, value: (text: string) => pulumi.Input<string>][] = [
      ["outputs", (text) => pulumi.output(text)],
      ["promises", (text) => Promise.resolve(text)],
    ];
    for (const [what, value] of unknown) {
      it(`stay apart when their resources are different ${what}, and are joined when these are one and the same`, () => {
        const [one, other] = [value("a"), value("b")];
        const sids = (...resources: pulumi.Input<string>[]) =>
          statementsOf(...resources.map((resource) => allow("Pull", "ecr:BatchGetImage", resource)))?.map(
            ({ Sid }) => Sid,
          );
        assert.deepEqual(sids(one, other), ["Pull", "Pull2"]);
        assert.deepEqual(sids(one, one), ["Pull"]);
      });
    }
  });
});

describe("endpointPolicy", () => {
  const planned = (endpoint: "logs" | "s3", statement: PolicyStatement): PlannedEndpoint => {
    const [merged] = mergeEndpointNeeds([{ endpoint, statements: [statement] }], []);
    assert.ok(merged !== undefined);
    return merged;
  };

  it("lets the members of the account do what is needed, and nobody else", () => {
    assert.deepEqual(endpointPolicy(planned("logs", writeLogs), "111111111111"), [
      { ...writeLogs, Principal: "*", Condition: { StringEquals: { "aws:PrincipalAccount": "111111111111" } } },
    ]);
  });

  it("keeps a statement's own conditions", () => {
    const Condition = { StringEquals: { "aws:SourceVpc": "vpc-1" }, Bool: { "aws:SecureTransport": "true" } };
    assert.deepEqual(endpointPolicy(planned("logs", { ...writeLogs, Condition }), "111111111111"), [
      {
        ...writeLogs,
        Principal: "*",
        Condition: {
          StringEquals: { "aws:SourceVpc": "vpc-1", "aws:PrincipalAccount": "111111111111" },
          Bool: { "aws:SecureTransport": "true" },
        },
      },
    ]);
  });

  it("does not ask for the account on S3, where layers and packages are fetched without it", () => {
    assert.deepEqual(endpointPolicy(planned("s3", readLayers), "111111111111"), [{ ...readLayers, Principal: "*" }]);
  });
});

describe("endpointServiceName", () => {
  it("is the name of the service in the region", () => {
    assert.equal(endpointServiceName("eu-central-1", "ecr.api"), "com.amazonaws.eu-central-1.ecr.api");
  });
});
