import { isDeepStrictEqual } from "node:util";
import { Document, isCollection, visit } from "yaml";
import type { Evaluation, RecordedResource } from "../evaluation/evaluation";
import { descendants, label, madeBefore } from "../evaluation/order";

/**
 * Everything an evaluated stack is made of, as a text whose differences a reviewer reads: the tree of resources in the
 * order in which the program registers them, each with what it waits for, then the inputs and options of each of them,
 * and the outputs of components and stack.
 * What AWS makes up stands as `<output of resource>`, and the hash of what an image is built of as `<hash>`.
 */
export function stackText(evaluation: Evaluation): string {
  const { resources, outputs, project, stack } = evaluation;
  const described = describer(evaluation);
  const before = new Map(resources.map((resource) => [resource.urn, madeBefore(resource, evaluation)]));
  const of = (pattern: RegExp): RecordedResource[] => resources.filter(({ type }) => pattern.test(type));
  const shown = Object.entries(sectionTypes).map(([title, pattern]) => [title, of(pattern)] as const);
  const components = resources.filter(({ custom, remote, parent }) => !custom && !remote && parent !== undefined);
  const others = resources.filter(
    (each) => !isRule(each) && !shown.some(([, shownThere]) => shownThere.includes(each)),
  );
  const sections: [title: string, lines: string[]][] = [
    ["Resources, each below its component, after what it waits for", tree(undefined, "")],
    ["Security group rules, each with the stack's tags", resources.filter(isRule).map(ruleLine).sort()],
    ...[...shown, ["All other resources", others] as const].map(([title, list]): [string, string[]] => [
      title,
      list.flatMap((resource) => propertyLines(resource, given(resource), described)),
    ]),
    ["Outputs of components", components.flatMap((each) => propertyLines(each, each.outputs, described))],
    ["Outputs", toYaml(readable(outputs, described))],
  ];
  return sections.map(([title, lines]) => `== ${title} ==\n\n${lines.join("\n")}\n`).join("\n");

  function tree(parent: string | undefined, indent: string): string[] {
    return resources
      .filter((resource) => resource.parent === parent)
      .flatMap((resource) => {
        const awaited = waitsFor(resource);
        const after = awaited.length === 0 ? "" : `, after ${awaited.join(", ")}`;
        return [
          `${indent}${resource.type} ${withoutHashes(resource.name)}${after}`,
          ...tree(resource.urn, `${indent}  `),
        ];
      });
  }

  /**
   * What a resource waits for, without what its ancestors or those it waits for have waited for, and with a component
   * in place of everything in it.
   */
  function waitsFor(resource: RecordedResource): string[] {
    const implied = new Set(
      [resource.parent ?? "", ...resource.dependencies].flatMap((urn) => [...(before.get(urn) ?? [])]),
    );
    const awaited = resources.filter(({ urn }) => resource.dependencies.includes(urn) && !implied.has(urn));
    const whole = resources.flatMap((component) => {
      const within = descendants(component, evaluation);
      return within.length > 1 && within.every(({ urn }) => before.get(resource.urn)?.has(urn))
        ? [{ component, within }]
        : [];
    });
    const components = whole.filter(
      ({ component, within }) =>
        awaited.some((each) => within.includes(each)) &&
        !whole.some((outer) => outer.component.urn === component.parent),
    );
    const single = awaited.filter((each) => !components.some(({ within }) => within.includes(each)));
    return [...components.map(({ component }) => `all of ${label(component)}`), ...single.map(label)].sort();
  }

  function ruleLine(resource: RecordedResource): string {
    const { securityGroupId, ipProtocol, fromPort, toPort, description, tags, ...peer } = given(resource);
    const others = isDeepStrictEqual(tags, { Project: project, Stack: stack }) ? peer : { ...peer, tags };
    const shown = Object.entries(others).map(([key, value]) =>
      key === "referencedSecurityGroupId" ? nameOf(value) : `${key} ${nameOf(value)}`,
    );
    const direction = resource.type.includes("Ingress") ? "from" : "to";
    const ports = fromPort === toPort ? fromPort : `${fromPort}-${toPort}`;
    return `${nameOf(securityGroupId)}: ${ipProtocol}/${ports} ${direction} ${shown.join(", ")} (${description})`;
  }

  /** The name of the security group, or of the endpoint whose prefix list it is; any other value as JSON. */
  function nameOf(value: unknown): string {
    const named = resources.find(
      ({ id, outputs }) => value !== undefined && [id, outputs.prefixListId].includes(value),
    );
    return named?.name ?? JSON.stringify(value);
  }
}

/** Each resource with all that the program says of it, by its type and name. */
export function resourceTexts(evaluation: Evaluation): ReadonlyMap<string, string> {
  const described = describer(evaluation);
  return new Map(
    evaluation.resources.map((resource) => [
      withoutHashes(label(resource)),
      propertyLines(resource, given(resource), described).join("\n"),
    ]),
  );
}

function propertyLines(resource: RecordedResource, properties: object, described: (text: string) => string): string[] {
  return Object.keys(properties).length === 0
    ? []
    : [
        `${withoutHashes(label(resource))}:`,
        ...toYaml(readable(properties, described)).map((line) => `  ${line}`.trimEnd()),
      ];
}

/** Says what stands for values that only AWS can make up, and for hashes. */
function describer(evaluation: Evaluation): (text: string) => string {
  const madeUp = madeUpOutputs(evaluation);
  return (text) => {
    const withoutOutputs = madeUp.reduce((rest, [value, meaning]) => rest.replaceAll(value, meaning), text);
    return withoutHashes(evaluation.placeholders.describe(withoutOutputs));
  };
}

const sectionTypes = {
  Endpoints: /:VpcEndpoint$/,
  Roles: /^aws:iam\//,
  Tasks: /:TaskDefinition$/,
};

function isRule({ type }: RecordedResource): boolean {
  return /:SecurityGroup(In|E)gressRule$/.test(type);
}

/** What a program says of a resource besides where it belongs and what it waits for. */
function given({ inputs, options, secrets }: RecordedResource): Record<string, unknown> {
  return {
    ...inputs,
    ...(Object.keys(options).length === 0 ? {} : { "(options)": options }),
    ...(secrets.length === 0 ? {} : { "(secrets)": secrets }),
  };
}

/** The values which AWS makes up for single resources, and what they are, the longest first. */
function madeUpOutputs({ resources, placeholders }: Evaluation): [value: string, meaning: string][] {
  const ofResources = new Set(placeholders.entries().flatMap(([value, { of }]) => (of === undefined ? [] : [value])));
  const outputs = resources
    .filter(({ custom, remote }) => custom || remote)
    .flatMap((resource) =>
      Object.entries({ id: resource.id, ...resource.outputs })
        .map(([key, value]) => [key, String(value)] as const)
        .filter(([key, value]) => ofResources.has(value) && !(key in resource.inputs))
        .map(([key, value]): [string, string] => [value, `<${key} of ${label(resource)}>`]),
    );
  return outputs.sort(([a], [b]) => b.length - a.length);
}

function toYaml(value: unknown): string[] {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Collection(_key, node) {
      if (isCollection(node) && JSON.stringify(node).length < 90) node.flow = true;
    },
  });
  return document.toString({ lineWidth: 0, flowCollectionPadding: true, blockQuote: "literal" }).trimEnd().split("\n");
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

/** The hash of what an image is built of changes with the app and with the versions of packages. */
function withoutHashes(text: string): string {
  return text.replace(/\b[0-9a-f]{16}\b/g, "<hash>");
}
