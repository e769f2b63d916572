import assert from "node:assert/strict";
import { DynamodbStandIn } from "../../../../tools/localRun/standIns/dynamodb";

const item = { SubAppId: { S: "date" }, LastAccessed: { S: "2026-11-20T00:00:00.000Z" } };

describe("the stand-in for DynamoDB", () => {
  let standIn: DynamodbStandIn;
  let url = "";
  beforeEach(async () => {
    standIn = new DynamodbStandIn([{ name: "table", key: { name: "SubAppId", type: "S" } }]);
    url = (await standIn.listen()).AWS_ENDPOINT_URL_DYNAMODB ?? "";
  });
  afterEach(() => standIn.close());

  async function ask(operation: string, input: object) {
    const headers = { "x-amz-target": `DynamoDB_20120810.${operation}` };
    const response = await fetch(url, { method: "POST", headers, body: JSON.stringify(input) });
    assert.equal(response.headers.get("content-type"), "application/x-amz-json-1.0");
    assert.match(response.headers.get("x-amzn-requestid") ?? "", /^[0-9a-f-]{36}$/);
    return { status: response.status, body: await response.json() };
  }

  it("keeps what was written last under a key", async () => {
    await ask("PutItem", { TableName: "table", Item: { ...item, LastAccessed: { S: "before" } } });
    assert.deepEqual(await ask("PutItem", { TableName: "table", Item: item }), { status: 200, body: {} });
    assert.deepEqual([...(standIn.items.get("table") ?? [])], [["date", item]]);
  });

  const noKey = ["ValidationException", "One of the required keys was not given a value: SubAppId"] as const;
  const noTable = ["ResourceNotFoundException", "Requested resource not found"] as const;
  const put = (Item: object, TableName = "table") => ["PutItem", { TableName, Item }] as const;
  const refusals: Record<string, readonly [operation: string, input: object, type: string, message: string]> = {
    "a table which the program does not make": [...put(item, "other"), ...noTable],
    "an operation which no app uses": [
      "Scan",
      {},
      "UnknownOperationException",
      "The stand-in does not know DynamoDB_20120810.Scan",
    ],
    "an item without its key": [...put({ LastAccessed: { S: "now" } }), ...noKey],
    "a key of another type": [...put({ SubAppId: { N: "1" } }), ...noKey],
    "an empty key": [...put({ SubAppId: { S: "" } }), ...noKey],
  };
  for (const [what, [operation, input, type, message]] of Object.entries(refusals)) {
    it(`refuses ${what}`, async () => {
      const body = { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message };
      assert.deepEqual(await ask(operation, input), { status: 400, body });
      assert.equal(standIn.items.get("table")?.size, 0);
    });
  }
});
