import { parseJson } from "../values";
import { asList, asRecord, type DeclaredResource } from "./check";

/** One statement of an IAM policy, found in some resource. */
export interface FoundStatement {
  readonly resource: DeclaredResource;
  /** Path of the statement, such as `policy.Pull`. */
  readonly path: string;
  readonly statement: Readonly<Record<string, unknown>>;
}

/** Every statement of every policy document of some resources, whatever the property it stands in is called. */
export function* policyStatements(resources: readonly DeclaredResource[]): Generator<FoundStatement> {
  for (const resource of resources) {
    for (const { path, statements } of policyDocuments(resource.inputs, "")) {
      for (const [index, statement] of asList(statements).map(asRecord).entries()) {
        yield { resource, path: `${path}.${String(statement.Sid ?? `Statement[${index}]`)}`, statement };
      }
    }
  }
}

/** The policy documents within a value: objects, or the JSON of such. */
function* policyDocuments(value: unknown, path: string): Generator<{ path: string; statements: unknown }> {
  if (typeof value === "string") {
    if (value.includes('"Statement"')) yield* policyDocuments(asRecord(parseJson(value)), path);
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* policyDocuments(item, `${path}[${index}]`);
  } else {
    const { Statement, ...others } = asRecord(value);
    if (Statement !== undefined) yield { path, statements: Statement };
    for (const [key, item] of Object.entries(others)) {
      yield* policyDocuments(item, path === "" ? key : `${path}.${key}`);
    }
  }
}
