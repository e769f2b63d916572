import assert from "node:assert/strict";
import { LastAccessTable } from "../../../components/table/lastAccessTable";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

describe("LastAccessTable", () => {
  it("says how it is found and reached, and that a service may write its own item only", async () => {
    const evaluation = await evaluateComponent(() => {
      const table = new LastAccessTable("table");
      const { environment, endpoints } = table;
      return { environment, endpoints, statements: table.statementsFor("date") };
    });
    const { name, arn } = evaluation.one("aws:dynamodb/table:Table").outputs;
    const write = { Sid: "WriteLastAccess", Effect: "Allow", Action: ["dynamodb:PutItem"], Resource: [arn] };
    assert.deepEqual(evaluation.outputs, {
      environment: { name: "TABLE_NAME", value: name },
      endpoints: [{ endpoint: "dynamodb", statements: [write] }],
      statements: [{ ...write, Condition: { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "date" } } }],
    });
  });
});
