import * as pulumi from "@pulumi/pulumi";
import { diffInputs, type InputEffects, pickInputs } from "../dynamicProvider/dynamicResource";
import type { Problem } from "../problem";
import { configCommand } from "../words";
import { AddressBlock } from "./addresses";

/** Where a network is, and the range of every subnet by its name: `public`, `client`, `containers-1` and so on. */
interface NetworkPlaces {
  readonly region: string;
  readonly vpcCidr: string;
  readonly subnets: Readonly<Record<string, string>>;
}

const effects: InputEffects<NetworkPlaces> = { region: "update", vpcCidr: "update", subnets: "update" };

/** Provider of the check: it keeps where the network stands, and makes nothing in AWS. */
export const networkChangeProvider: pulumi.dynamic.ResourceProvider<NetworkPlaces, NetworkPlaces> = {
  async check(olds, news) {
    const refused = olds?.subnets === undefined ? [] : refusedChanges(olds, news);
    // The settings are not properties of this resource, and the CLI would show them as such without a value.
    return {
      inputs: news,
      failures: refused.map(({ property, wrong }) => ({ property: "", reason: `${property}: ${wrong}` })),
    };
  },

  async diff(_id, olds, news) {
    return diffInputs(effects, olds, news);
  },

  async create(inputs) {
    return { id: "network", outs: pickInputs(effects, inputs) };
  },

  async update(_id, _olds, news) {
    return { outs: pickInputs(effects, news) };
  },
};

/**
 * Refuses changes of a network that stands which would fail half way. Only a resource is told what it was before, and
 * Pulumi asks its provider in the preview, before anything is touched.
 */
export class NetworkChangeCheck extends pulumi.dynamic.Resource {
  constructor(name: string, places: NetworkPlaces, opts?: pulumi.CustomResourceOptions) {
    super(networkChangeProvider, name, { ...places }, opts, "network", "NetworkChangeCheck");
  }
}

/**
 * The changes of a network that stands which AWS would refuse in the middle of a deployment. Pulumi makes a new subnet
 * before it deletes the old one, so in the same VPC the new range must not overlap any that stands: EC2 answers
 * `InvalidSubnet.Conflict` (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html). A new VPC has
 * no subnets yet.
 *
 * @returns for each setting what is wrong and what to type, in one line
 */
function refusedChanges(standing: NetworkPlaces, wanted: NetworkPlaces): Problem[] {
  if (standing.region !== wanted.region) {
    const wrong =
      `this stack stands in ${standing.region}, and nothing of it can move to ${wanted.region}; ` +
      `type: pulumi config set aws:region ${standing.region}, and run npm run destroy before you change it`;
    return [{ property: "aws:region", wrong }];
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
    const wrong =
      `${conflicts.join(", ")}, and new subnets are made before old ones are deleted; ` +
      `type: ${commands.join(" && ")}`;
    return [{ property, wrong }];
  });
}

function conflictOf(name: string, standing: NetworkPlaces, wanted: NetworkPlaces): string | undefined {
  const range = wanted.subnets[name] ?? "";
  const [other] =
    standing.subnets[name] === range
      ? []
      : Object.entries(standing.subnets).filter(([, old]) =>
          AddressBlock.parse(old).overlaps(AddressBlock.parse(range)),
        );
  return other && `${range} overlaps ${other[1]}, which subnet ${other[0]} has now`;
}

/** Ranges on the way to those that are wanted, free now and then; nothing when the VPC has too few addresses. */
function detourOf(names: readonly string[], standing: NetworkPlaces, wanted: NetworkPlaces): string[] | undefined {
  const vpc = AddressBlock.parse(wanted.vpcCidr);
  const taken = [...Object.values(standing.subnets), ...Object.values(wanted.subnets)].map(AddressBlock.parse);
  const found: string[] = [];
  for (const name of names) {
    const range = wanted.subnets[name] ?? "";
    const isInTheWay = conflictOf(name, standing, wanted) !== undefined;
    const block = isInTheWay ? vpc.freePart(AddressBlock.parse(range).prefix, taken) : AddressBlock.parse(range);
    if (block === undefined) {
      return undefined;
    }
    taken.push(block);
    found.push(String(block));
  }
  return found;
}
