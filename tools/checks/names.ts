import { describeResource, type RecordedResource } from "../evaluation/evaluation";
import { type Check, type Finding, finding } from "./check";

/** Properties which are a resource's name in AWS, by type; `name` where nothing else is said. */
const nameProperties: Readonly<Record<string, string>> = {
  "aws:ecs/taskDefinition:TaskDefinition": "family",
  "aws:xray/samplingRule:SamplingRule": "ruleName",
  "aws:xray/group:Group": "groupName",
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": "ecrRepositoryPrefix",
};

/** No two resources of one URN, which the engine refuses, and none of one type and name, which AWS refuses. */
export const checkNames: Check = ({ resources }) => [
  ...duplicates(
    resources,
    ({ urn }) => urn,
    () => "name",
    "used twice for one type under one parent",
  ),
  ...duplicates(resources, physicalName, nameProperty, "another resource has this name in AWS"),
];

function duplicates(
  resources: readonly RecordedResource[],
  key: (resource: RecordedResource) => string | undefined,
  property: (resource: RecordedResource) => string,
  problem: string,
): Finding[] {
  const seen = new Map<string, RecordedResource>();
  return resources.flatMap((resource) => {
    const name = key(resource);
    const first = name === undefined ? undefined : seen.get(name);
    if (name !== undefined && first === undefined) {
      seen.set(name, resource);
    }
    return first === undefined
      ? []
      : [finding(resource, property(resource), `${problem}: ${describeResource(first)}`, "a name of its own")];
  });
}

function nameProperty({ type }: RecordedResource): string {
  return nameProperties[type] ?? "name";
}

function physicalName(resource: RecordedResource): string | undefined {
  const name = resource.inputs[nameProperty(resource)];
  // Cloud Map names are unique within their namespace, ECS services within their cluster, inline policies within their
  // role.
  const scope = ["cluster", "role", "vpc", "namespaceId"].map((property) => resource.inputs[property] ?? "").join();
  return typeof name === "string" && resource.custom ? `${resource.type} ${scope} ${name}` : undefined;
}
