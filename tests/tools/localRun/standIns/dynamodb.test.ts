import assert from "node:assert/strict";
import { DynamodbStandIn } from "../../../../tools/localRun/standIns/dynamodb";

const item = { SubAppId: { S: "date" }, LastAccessed: { S: "2026-11-20T00:00:00.000Z" } };
const authorization =
  "AWS4-HMAC-SHA256 Credential=local/20261120/eu-central-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0";

describe("the stand-in for DynamoDB", () => {
  let standIn: DynamodbStandIn;
  let url = "";
  beforeEach(async () => {
    standIn = new DynamodbStandIn([{ name: "table", key: { name: "SubAppId", type: "S" } }]);
    url = (await standIn.listen()).AWS_ENDPOINT_URL_DYNAMODB ?? "";
  });
  afterEach(() => standIn.close());

  async function ask(operation: string, body: unknown, headers: Record<string, string> = { authorization }) {
    const response = await fetch(url, {
      method: "POST",
      headers: { "x-amz-target": `DynamoDB_20120810.${operation}`, ...headers },
      body: typeof body === "string" ? body : JSON.stringify(body),
    });
    assert.equal(response.headers.get("content-type"), "application/x-amz-json-1.0");
    assert.match(response.headers.get("x-amzn-requestid") ?? "", /^[0-9a-f-]{36}$/);
    return { status: response.status, body: await response.json() };
  }

  it("gives back what was written last under a key", async () => {
    const key = { TableName: "table", Key: { SubAppId: item.SubAppId } };
    assert.deepEqual(await ask("GetItem", key), { status: 200, body: {} });
    await ask("PutItem", { TableName: "table", Item: { ...item, LastAccessed: { S: "before" } } });
    assert.deepEqual(await ask("PutItem", { TableName: "table", Item: item }), { status: 200, body: {} });
    assert.deepEqual(await ask("GetItem", key), { status: 200, body: { Item: item } });
    assert.deepEqual(standIn.items.get("table")?.size, 1);
  });

  const put = (Item: unknown) => ({ TableName: "table", Item });
  const refusals: [what: string, operation: string, body: unknown, type: string, message: string][] = [
    [
      "a table it has not",
      "PutItem",
      { TableName: "other", Item: item },
      "ResourceNotFoundException",
      "Requested resource not found",
    ],
    [
      "an operation it does not know",
      "Scan",
      { TableName: "table" },
      "UnknownOperationException",
      "The stand-in does not know Scan",
    ],
    ["what is not JSON", "PutItem", "{", "SerializationException", "The body is not JSON"],
    ["no item", "PutItem", put(undefined), "ValidationException", "The parameter Item is missing"],
    [
      "an item without its key",
      "PutItem",
      put({ LastAccessed: item.LastAccessed }),
      "ValidationException",
      "One of the required keys was not given a value: SubAppId",
    ],
    [
      "a key of another type",
      "PutItem",
      put({ SubAppId: { N: "1" } }),
      "ValidationException",
      "Type mismatch for key SubAppId: expected S",
    ],
    [
      "an empty key",
      "PutItem",
      put({ SubAppId: { S: "" } }),
      "ValidationException",
      "The key SubAppId must not be empty",
    ],
    [
      "a value without a type",
      "PutItem",
      put({ ...item, Other: {} }),
      "ValidationException",
      "The value of Other must have exactly one type",
    ],
    [
      "a value of an unknown type",
      "PutItem",
      put({ ...item, Other: { X: "1" } }),
      "ValidationException",
      "The value of Other must have exactly one type",
    ],
    [
      "more than the key",
      "GetItem",
      { TableName: "table", Key: item },
      "ValidationException",
      "The provided key element does not match the schema",
    ],
  ];
  for (const [what, operation, body, type, message] of refusals) {
    it(`refuses ${what}`, async () => {
      assert.deepEqual(await ask(operation, body), {
        status: 400,
        body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message },
      });
      assert.equal(standIn.items.get("table")?.size, 0);
    });
  }

  it("refuses requests which are not signed for DynamoDB", async () => {
    for (const headers of [{}, { authorization: authorization.replace("dynamodb", "s3") }]) {
      const { status, body } = await ask("PutItem", put(item), headers as Record<string, string>);
      assert.deepEqual(
        [status, (body as { __type: string }).__type],
        [400, "com.amazonaws.dynamodb.v20120810#MissingAuthenticationTokenException"],
      );
    }
  });
});
