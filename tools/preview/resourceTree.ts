import type { RecordedResource } from "../evaluation/evaluation";
import type { Style } from "../terminal/style";
import { treeLines } from "../terminal/tree";

/** The resources as the Pulumi CLI's preview shows them: type, name, plan, children below their parents. */
export function formatResourceTree(resources: readonly RecordedResource[], style: Style): string {
  const childrenOf = ({ urn }: RecordedResource) => resources.filter(({ parent }) => parent === urn);
  const rows = resources
    .filter(({ parent }) => parent === undefined)
    .flatMap((root) => treeLines(root, childrenOf))
    .map(({ branch, node: { type, name } }) => ({ type: `${branch}${shortType(type)}`, name }));
  const typeWidth = Math.max(...rows.map(({ type }) => type.length), "Type".length);
  const nameWidth = Math.max(...rows.map(({ name }) => name.length), "Name".length);
  return [
    style("bold", `     ${"Type".padEnd(typeWidth)}  ${"Name".padEnd(nameWidth)}  Plan`),
    ...rows.map(
      ({ type, name }) =>
        ` ${style("green", "+")}   ${type.padEnd(typeWidth)}  ${name.padEnd(nameWidth)}  ${style("green", "create")}`,
    ),
  ].join("\n");
}

/** `aws:ec2/vpc:Vpc` is `aws:ec2:Vpc` to the CLI. */
function shortType(type: string): string {
  return type.replace(/^([^:]+:[^:/]+)\/[^:]+:/, "$1:");
}
