import type { ResourceGroupsTaggingAPI } from "@aws-sdk/client-resource-groups-tagging-api";

/** A resource as its tags say. */
export interface TaggedResource {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * All resources of the region which carry these tags, page by page. IAM roles are not among them
 * (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html).
 */
export async function taggedResources(
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
