import type { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";
import { arnParts } from "./arnParts";
import { type Clients, kinds, type Leftover } from "./kinds";

/** A resource as its tags say. */
export interface TaggedResource {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * All resources of the region which carry these tags, page by page. IAM roles are not among them
 * (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html).
 */
export async function readTaggedResources(
  tagging: Pick<ResourceGroupsTaggingAPI, "getResources">,
  tags: Readonly<Record<string, string>>,
): Promise<TaggedResource[]> {
  const found: TaggedResource[] = [];
  let page: string | undefined;
  do {
    const answer = await tagging.getResources({
      TagFilters: Object.entries(tags).map(([Key, value]) => ({ Key, Values: [value] })),
      ...(page === undefined ? {} : { PaginationToken: page }),
    });
    for (const { ResourceARN: arn = "", Tags = [] } of answer.ResourceTagMappingList ?? []) {
      found.push({ arn, tags: Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])) });
    }
    // The last page has an empty token.
    page = answer.PaginationToken || undefined;
  } while (page !== undefined);
  return found;
}

/**
 * Those of the resources which exist. The tagging API goes on listing deleted ones for minutes or hours
 * (https://github.com/boto/boto3/issues/3341), so EC2 and ECS are asked about theirs; all others are taken to be there.
 */
export async function findExisting(clients: Clients, arns: readonly string[]): Promise<Leftover[]> {
  const look = async (kind: string): Promise<Leftover[]> => {
    const ofKind = arns.filter((arn) => arnParts(arn).kind === kind);
    const lookAt = kinds[kind]?.look;
    if (lookAt === undefined) return ofKind.map((arn) => ({ arn, facts: {} }));
    const ids = ofKind.map((arn) => arnParts(arn).id);
    const seen = new Map((await lookAt(clients, ids))?.map(({ id, ...facts }) => [id, facts]));
    return ofKind.flatMap((arn) => {
      const facts = seen.get(arnParts(arn).id);
      return facts === undefined ? [] : [{ arn, facts }];
    });
  };
  return (await Promise.all([...new Set(arns.map((arn) => arnParts(arn).kind))].map(look))).flat();
}
