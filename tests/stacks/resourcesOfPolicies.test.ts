import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { asList } from "../../tools/checks/check";
import { policyStatements } from "../../tools/checks/policies";
import type { RecordedResource } from "../../tools/evaluation/evaluation";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { evaluateVariant, unusual } from "./evaluateVariant";

const root = join(__dirname, "../..");

describe("policies on every resource", () => {
  it("are those which docs/architecture.md names, in all stacks together", async () => {
    const resources: RecordedResource[] = [];
    for (const stack of listStacks(root)) {
      resources.push(...(await evaluateVariant(stack, unusual)).resources);
    }
    const actions = [...policyStatements(resources)]
      .filter(({ statement }) => asList(statement.Resource).includes("*"))
      .flatMap(({ statement }) => asList(statement.Action).map(String));
    const [, exceptions = ""] =
      /^\| roles \|.*resources; (those of .* are on `\*`)/m.exec(
        readFileSync(join(root, "docs/architecture.md"), "utf8"),
      ) ?? [];
    const documented = [...exceptions.matchAll(/`([a-z0-9]+(?::\w+)?)`/g)].map(([, name]) => name);
    const names = actions.map((action) => (action.startsWith("ecr:") ? action : action.split(":")[0]));
    assert.deepEqual([...new Set(names)].sort(), documented.sort());
  });
});
