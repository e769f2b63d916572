import type { RecordedResource } from "../evaluation/evaluation";
import type { Style } from "../terminal/style";

/** The resources as the Pulumi CLI's preview shows them: type, name, plan, children below their parents. */
export function formatResourceTree(resources: readonly RecordedResource[], style: Style): string {
  const rows = resources
    .filter(({ parent }) => parent === undefined)
    .flatMap((root) => subtree(root, resources, "", ""));
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

interface Row {
  readonly type: string;
  readonly name: string;
}

function subtree(resource: RecordedResource, all: readonly RecordedResource[], branch: string, indent: string): Row[] {
  const children = all.filter(({ parent }) => parent === resource.urn);
  return [
    { type: `${branch}${shortType(resource.type)}`, name: resource.name },
    ...children.flatMap((child, index) => {
      const last = index === children.length - 1;
      return subtree(child, all, `${indent}${last ? "└─ " : "├─ "}`, `${indent}${last ? "   " : "│  "}`);
    }),
  ];
}

/** `aws:ec2/vpc:Vpc` is `aws:ec2:Vpc` to the CLI. */
function shortType(type: string): string {
  return type.replace(/^([^:]+:[^:/]+)\/[^:]+:/, "$1:");
}
