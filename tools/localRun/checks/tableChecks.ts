import type { LocalContainer } from "../task/plan";
import type { CheckResult } from "./serviceChecks";

/**
 * Whether each container that knows a table has written an item of its own there.
 *
 * @param tables the items of each table by their keys
 */
export function checkTables(
  tables: ReadonlyMap<string, ReadonlyMap<string, unknown>>,
  containers: readonly LocalContainer[],
): CheckResult[] {
  return [...tables].map(([table, items]) => {
    const keys = [...items.keys()];
    const writers = containers
      .filter(({ environment }) => Object.values(environment).includes(table))
      .map(({ name }) => name);
    const missing = writers.filter((name) => !keys.includes(name));
    return missing.length === 0
      ? { passed: true, text: `the table ${table} holds the items of ${keys.sort().join(" and ")}` }
      : { passed: false, text: `the table ${table} lacks the items of ${missing.join(" and ")}` };
  });
}
