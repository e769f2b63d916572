import type { RecordedResource } from "../evaluation/evaluation";
import { parseJson } from "../values";
import { asList, asRecord, texts } from "./check";

/** One statement of an IAM policy, found in some resource. */
export interface FoundStatement {
  readonly resource: RecordedResource;
  /** Path of the statement, such as `policy.Pull`. */
  readonly path: string;
  readonly statement: Readonly<Record<string, unknown>>;
}

/** Every statement of every policy document in a program, whatever the property it stands in is called. */
export function* policyStatements(resources: readonly RecordedResource[]): Generator<FoundStatement> {
  for (const resource of resources) {
    for (const { path, text } of texts(resource)) {
      const statements = text.includes('"Statement"') ? asRecord(parseJson(text)).Statement : undefined;
      for (const [index, statement] of asList(statements).map(asRecord).entries()) {
        yield { resource, path: `${path}.${String(statement.Sid ?? `Statement[${index}]`)}`, statement };
      }
    }
  }
}
