import { Document, isCollection, visit } from "yaml";
import type { Evaluation, RecordedResource } from "../../tools/evaluation/evaluation";
import { madeBefore } from "../pulumi/order";

/**
 * Everything an evaluated stack is made of, as a text whose differences a reviewer reads: the tree of resources in the
 * order in which the engine may make them, then what each of them is given. What AWS makes up, and the hash of what an
 * image is built of, stand as `<what it is>`.
 */
export function stackText(evaluation: Evaluation): string {
  const { resources, outputs, placeholders } = evaluation;
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const shownIn = (title: string): RecordedResource[] => resources.filter((each) => titleOf(each) === title);
  const sections: [title: string, lines: string[]][] = [
    ["Resources, each below its component, and what it waits for", tree(undefined, "")],
    [titles.rules, shownIn(titles.rules).map(ruleLine).sort()],
    ...[titles.endpoints, titles.roles, titles.tasks, titles.others].map((title): [string, string[]] => [
      title,
      shownIn(title).flatMap((resource) => [
        `${label(resource)}:`,
        ...indented(toYaml(readable(inputsOf(resource), described))),
      ]),
    ]),
    ["Outputs", toYaml(readable(outputs, described))],
  ];
  return sections.map(([title, lines]) => `== ${title} ==\n\n${lines.join("\n")}\n`).join("\n");

  function label({ type, name }: RecordedResource): string {
    return `${type} ${withoutHashes(name)}`;
  }

  /** A text of the stack without what AWS makes up: ids say their class, for names do not tell all resources apart. */
  function described(text: string): string {
    const withoutIds = resources
      .filter(({ id }) => id !== undefined && placeholders.has(id))
      .reduce(
        (rest, { id, type, name }) => rest.replaceAll(String(id), `<id of ${type.split(":").at(-1)} ${name}>`),
        text,
      );
    return withoutHashes(placeholders.describe(withoutIds));
  }

  function tree(parent: string | undefined, indent: string): string[] {
    return resources
      .filter((resource) => resource.parent === parent)
      .flatMap((resource) => [
        `${indent}${label(resource)}`,
        ...waitsFor(resource).map((awaited) => `${indent}    after ${awaited}`),
        ...tree(resource.urn, `${indent}  `),
      ]);
  }

  /** What a resource waits for, without what its ancestors or those it waits for have waited for. */
  function waitsFor(resource: RecordedResource): string[] {
    const parent = resource.parent === undefined ? undefined : byUrn.get(resource.parent);
    const implied = [...(parent === undefined ? [] : [parent]), ...resource.dependencies.flatMap((urn) => found(urn))];
    const before = new Set(implied.flatMap((each) => [...madeBefore(each, evaluation)]));
    return resource.dependencies
      .filter((urn) => !before.has(urn) && !parent?.dependencies.includes(urn))
      .flatMap((urn) => found(urn).map(label))
      .sort();
  }

  function found(urn: string): RecordedResource[] {
    const resource = byUrn.get(urn);
    return resource === undefined ? [] : [resource];
  }

  function ruleLine({ type, inputs }: RecordedResource): string {
    const { securityGroupId, ipProtocol, fromPort, toPort, description, ...peer } = inputs;
    const direction = type.includes("Ingress") ? "from" : "to";
    const others = Object.entries(peer).filter(([key]) => key !== "tags");
    const shown = others.map(([key, value]) => `${key} ${nameOf(value)}`.replace("referencedSecurityGroupId ", ""));
    const ports = fromPort === toPort ? fromPort : `${fromPort}-${toPort}`;
    return `${nameOf(securityGroupId)}: ${ipProtocol}/${ports} ${direction} ${shown.join(", ")} (${description})`;
  }

  /** The name of the security group or of the endpoint whose prefix list it is. */
  function nameOf(id: unknown): string {
    return resources.find((each) => each.id === id || each.outputs.prefixListId === id)?.name ?? String(id);
  }
}

const titles = {
  rules: "Security group rules",
  endpoints: "Endpoints",
  roles: "Roles",
  tasks: "Tasks",
  others: "All other resources",
};

function titleOf({ type, inputs }: RecordedResource): string {
  const [, title] = sectionTypes.find(([pattern]) => pattern.test(type)) ?? [];
  return title ?? (Object.keys(inputs).length === 0 ? "nothing to show" : titles.others);
}

const sectionTypes: [type: RegExp, title: string][] = [
  [/:SecurityGroup(In|E)gressRule$/, titles.rules],
  [/:VpcEndpoint$/, titles.endpoints],
  [/^aws:iam\//, titles.roles],
  [/:TaskDefinition$/, titles.tasks],
];

function inputsOf({ inputs, options, secrets }: RecordedResource): Record<string, unknown> {
  return {
    ...inputs,
    ...(Object.keys(options).length === 0 ? {} : { "(options)": options }),
    ...(secrets.length === 0 ? {} : { "(secrets)": secrets }),
  };
}

function toYaml(value: unknown): string[] {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_key, node) {
      if (isCollection(node) && JSON.stringify(node).length < 90) node.flow = true;
    },
  });
  return document
    .toString({ lineWidth: 100, flowCollectionPadding: true, blockQuote: "literal" })
    .trimEnd()
    .split("\n");
}

/** JSON texts, such as policies and container definitions, as what they say, and all other texts described. */
function readable(value: unknown, described: (text: string) => string): unknown {
  if (typeof value === "string") {
    return /^\s*[[{]/.test(value) ? readable(JSON.parse(value), described) : described(value);
  }
  if (Array.isArray(value)) return value.map((each) => readable(each, described));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [described(key), readable(each, described)]));
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

/** The hash of what an image is built of changes with the app and with the versions of packages. */
function withoutHashes(text: string): string {
  return text.replace(/\b[0-9a-f]{16}\b/g, "<hash>");
}
