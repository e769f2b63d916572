/**
 * The zones to use, out of those a region has: the first by name, so that the answer does not hang on the order in
 * which AWS lists them. Throws when the region has fewer.
 */
export function firstZones(available: readonly string[], count: number, region: string): string[] {
  if (available.length < count) {
    throw new Error(
      `region ${region} has ${available.length} availability zones (${available.join(", ")}), fewer than the ${count} ` +
        "asked for; lower `availabilityZones`, or choose another region",
    );
  }
  return available.toSorted().slice(0, count);
}
