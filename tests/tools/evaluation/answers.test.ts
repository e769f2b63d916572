import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { answerFunction } from "../../../tools/evaluation/awsFunctions";
import { Placeholders } from "../../../tools/evaluation/placeholders";
import { evaluateVariant } from "../../stacks/evaluateVariant";

const file = join(__dirname, "answers.txt");

/** With what no stack has. */
const operated = { dnsFirewall: "block", dnsQueryLogs: "on", flowLogs: "all" };

/** Values by name, one a line, without the digits that AWS makes up. */
const lines = (title: string, values: Readonly<Record<string, unknown>>): string =>
  [title, ...Object.entries(values).map(([name, value]) => `  ${name}: ${JSON.stringify(value)}`)]
    .join("\n")
    .replace(/\b[0-9a-f]{7,64}\b(?<!123456789012)/g, "#");

describe("answers in place of AWS (UPDATE_GOLDEN=1 npm test writes them anew)", () => {
  it("have ids, ARNs and all else that AWS adds, for each type of resource and each function", async () => {
    const stacks = [await evaluateVariant("chain"), await evaluateVariant("proxy", operated)];
    const resources = stacks.flatMap((stack) => stack.resources).filter(({ type }) => type.startsWith("aws"));
    const kinds = new Map(resources.reverse().map((one) => [`${one.type} ${one.inputs.vpcEndpointType ?? ""}`, one]));
    const created = [...kinds.values()].map(({ type, id, inputs, outputs }) => {
      const added = Object.entries(outputs).filter(([name, value]) => !isDeepStrictEqual(inputs[name], value));
      return lines(type, { id, ...Object.fromEntries(added) });
    });
    const functions = ["index/getCallerIdentity", "index/getAvailabilityZones", "ssm/getParameter"].map((path) => {
      const token = `aws:${path}:${path.split("/").at(-1)}`;
      const deployment = { region: "eu-central-1", placeholders: new Placeholders() };
      return lines(token, answerFunction(token, { name: "/aws/service/ami-x" }, deployment));
    });
    const text = [...created.sort(), ...functions, ""].join("\n");
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, text);
    assert.equal(text, readFileSync(file, "utf8"));
  });
});
