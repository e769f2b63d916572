import { configCommand } from "../words";
import { type AddressBlock, formatCidr, freeBlock, overlaps, parseCidr } from "./addresses";

/** Where a network is, and the range of every subnet by its name: `public`, `client`, `containers-1` and so on. */
export interface NetworkPlaces {
  readonly region: string;
  readonly vpcCidr: string;
  readonly subnets: Readonly<Record<string, string>>;
}

/**
 * The changes of a network that stands which AWS would refuse in the middle of a deployment. Pulumi makes a new subnet
 * before it deletes the old one, so in the same VPC the new range must not overlap any that stands: EC2 answers
 * `InvalidSubnet.Conflict` (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html). A new VPC has
 * no subnets yet.
 *
 * @returns for each setting the reason and what to type, in one line
 */
export function refusedChanges(standing: NetworkPlaces, wanted: NetworkPlaces): string[] {
  if (standing.region !== wanted.region) {
    const reason =
      `aws:region: this stack stands in ${standing.region}, and nothing of it can move to ${wanted.region}; ` +
      `type: pulumi config set aws:region ${standing.region}, and run npm run destroy before you change it`;
    return [reason];
  }
  if (standing.vpcCidr !== wanted.vpcCidr) {
    return [];
  }
  const settings = [
    { property: "publicSubnetCidr", isOne: (name: string) => name === "public" },
    { property: "clientSubnetCidr", isOne: (name: string) => name === "client" },
    { property: "containerSubnetCidrs", isOne: (name: string) => name.startsWith("containers-") },
  ];
  return settings.flatMap(({ property, isOne }) => {
    const names = Object.keys(wanted.subnets).filter(isOne).sort();
    const conflicts = names.flatMap((name) => conflictOf(name, standing, wanted) ?? []);
    if (conflicts.length === 0) {
      return [];
    }
    const detour = detourOf(names, standing, wanted);
    const set = (ranges: readonly string[]): string =>
      configCommand(property, property === "containerSubnetCidrs" ? JSON.stringify(ranges) : ranges.join());
    const commands =
      detour === undefined
        ? ["npm run destroy", "npm run up"]
        : [set(detour), "npm run up", set(names.map((name) => wanted.subnets[name] ?? "")), "npm run up"];
    const reason =
      `${property}: ${conflicts.join(", ")}, and new subnets are made before old ones are deleted; ` +
      `type: ${commands.join(" && ")}`;
    return [reason];
  });
}

function conflictOf(name: string, standing: NetworkPlaces, wanted: NetworkPlaces): string | undefined {
  const range = wanted.subnets[name] ?? "";
  const [other] =
    standing.subnets[name] === range
      ? []
      : Object.entries(standing.subnets).filter(([, old]) => overlaps(parseCidr(old), parseCidr(range)));
  return other && `${range} overlaps ${other[1]}, which subnet ${other[0]} has now`;
}

/** Ranges on the way to those that are wanted, free now and then; nothing when the VPC has too few addresses. */
function detourOf(names: readonly string[], standing: NetworkPlaces, wanted: NetworkPlaces): string[] | undefined {
  const vpc = parseCidr(wanted.vpcCidr);
  const taken: AddressBlock[] = [...Object.values(standing.subnets), ...Object.values(wanted.subnets)].map(parseCidr);
  const found: string[] = [];
  for (const name of names) {
    const range = wanted.subnets[name] ?? "";
    const isInTheWay = conflictOf(name, standing, wanted) !== undefined;
    const block = isInTheWay ? freeBlock(vpc, parseCidr(range).prefix, taken) : parseCidr(range);
    if (block === undefined) {
      return undefined;
    }
    taken.push(block);
    found.push(formatCidr(block));
  }
  return found;
}
