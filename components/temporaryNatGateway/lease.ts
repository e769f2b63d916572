import { isDeepStrictEqual } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { partialFailure } from "../dynamicProvider/dynamicResource";
import { type Run, withRun } from "./run";
import { checkInputs, type Lease, type LeaseSettings, leaseIdOf, type ResourceArgs } from "./settings";
import { assertManaged, assertVersion, compare, keep, type State } from "./state";
import { allSteps, closeUntilReleased } from "./steps";

/** The inputs of the lease's safeguard after `check`: enough to find all objects of the lease. */
interface SafeguardInputs extends LeaseSettings {
  /** Tells this lease from every other in the account, such as `traced-fargate/dev/egress`; at most 200 characters. */
  readonly leaseName: string;
}

/** The lease's inputs after `check`. */
export interface LeaseInputs extends SafeguardInputs {
  /** Whatever must be fetched through the NAT gateway: when a value changes, the lease opens again. */
  readonly reopenWhen: Readonly<Record<string, string>>;
}

/**
 * What Pulumi keeps of a lease. It says nothing of the lease being open, so that a refresh after the release sees no
 * drift.
 */
interface LeaseState extends State<LeaseInputs> {
  /** How often the lease has opened. */
  readonly generation: number;
  /** There when opening was begun but not finished. */
  readonly unfinished?: true;
  /** The NAT gateway of the latest opening. */
  readonly natGatewayId?: string;
  /** The address from which the latest opening reached the internet. */
  readonly publicIp?: string;
}

/** Another place means another lease. The rest is only noted, for the deletion, which knows nothing but the state. */
const safeguardEffects = { leaseName: "replace", network: "replace", deadManSwitch: "update" } as const;
const leaseEffects = { ...safeguardEffects, reopenWhen: "update" } as const;

/** Whether an update has to open the lease: what has to come through it changed, or an earlier opening got stuck. */
function mustOpen(olds: LeaseState, { reopenWhen }: LeaseInputs): boolean {
  return olds.unfinished === true || !isDeepStrictEqual(olds.reopenWhen, reopenWhen);
}

/**
 * Waits until AWS shows the private routes and the rules: a release which follows at once looks for them, and would
 * otherwise leave what it does not see.
 */
async function waitUntilShown(run: Run): Promise<void> {
  const { egressRules } = run.inventory;
  const { privateRouteTableIds } = run.settings.network;
  await run.lookUntil("AWS to show the routes and egress rules", {
    kinds: ["defaultRoutes", "egressRules"],
    isSo: (seen) =>
      privateRouteTableIds.every((id) => seen.defaultRoutes.some(({ routeTableId }) => routeTableId === id)) &&
      egressRules.every((rule) =>
        seen.egressRules.some(({ SecurityGroupRuleId }) => SecurityGroupRuleId === rule.SecurityGroupRuleId),
      ),
  });
}

/**
 * Deletes everything when an opening ended with something that costs money and whose dead man's switch could not be
 * set. What an earlier opening left stays only if its switch is set.
 */
async function withoutUnguarded(run: Run, cause: unknown): Promise<unknown> {
  const ids = run.inventory.unguarded;
  if (run.settings.deadManSwitch === undefined || ids.length === 0) {
    return cause;
  }
  return run.undo(cause, (undoing) => undoing.close(allSteps), {
    done: "everything of the lease is deleted again",
    failed: `and ${ids.join(", ")} could not be deleted again, which \`pulumi destroy\` does`,
  });
}

/**
 * Opens the lease. When that stops half way, what is there is saved as `unfinished`, and the next update goes on from
 * it.
 */
async function openLease(tagKey: string, inputs: LeaseInputs, generation: number): Promise<LeaseState> {
  const leaseId = leaseIdOf(inputs);
  const work = async (run: Run) => {
    await run.survey();
    try {
      await run.open(allSteps);
      await waitUntilShown(run);
    } catch (error) {
      const cause = await withoutUnguarded(run, error);
      throw partialFailure(cause, leaseId, keep({ ...inputs, generation, unfinished: true }));
    }
    return keep({
      ...inputs,
      generation: generation + 1,
      natGatewayId: run.inventory.liveNatGateway?.NatGatewayId,
      publicIp: run.inventory.addresses[0]?.PublicIp,
    });
  };
  // Without an engine nobody closes what is opened, and a `pulumi destroy` run meanwhile misses what comes after it.
  return withRun({ leaseId, tagKey, settings: inputs }, work, process.stderr);
}

/**
 * Whether the NAT gateway of the latest opening was deleted behind our back, by its dead man's switch or by a person,
 * before the release has begun: whatever needs the internet might start into a dead route.
 *
 * Pulumi's state cannot tell, because it knows of no time and the lease knows nothing of its release. AWS can: the
 * release begins with deleting the private default routes, so a route that still leads to the NAT gateway says that it
 * is still needed. Mostly there is none, which is one call to find out.
 */
async function hasLostNatGateway(tagKey: string, old: LeaseState, news: LeaseInputs): Promise<boolean> {
  const { natGatewayId, network } = old;
  // The network of the earlier update; all else as it is now, because the state may name a profile renamed since.
  return withRun({ leaseId: leaseIdOf(old), tagKey, settings: { ...news, network } }, async (run) => {
    await run.look(["defaultRoutes"]);
    const isNeeded = run.inventory.defaultRoutes.some(
      ({ routeTableId, target }) => target === natGatewayId && network.privateRouteTableIds.includes(routeTableId),
    );
    if (!isNeeded) {
      return false;
    }
    await run.look(["natGateways"]);
    return run.inventory.liveNatGateway?.NatGatewayId !== natGatewayId;
  });
}

/**
 * Deletes whatever carries the lease's tag or name, at whatever step its opening or release has stopped. When there is
 * nothing, it is one look at each kind of object.
 */
function sweep(lease: Lease): Promise<void> {
  return withRun(lease, async (run) => {
    await run.survey();
    if (!run.inventory.isReleased) {
      await run.close(allSteps);
      await closeUntilReleased(run);
    }
  });
}

/** Provider of the lease: while it is open, the private subnets reach the internet through a NAT gateway. */
export function leaseProvider(tagKey: string): pulumi.dynamic.ResourceProvider<LeaseInputs, LeaseState> {
  return {
    check: checkInputs,

    /** Besides comparing inputs, it looks whether a NAT gateway that is still needed is there. */
    async diff(_id, olds, news) {
      const difference = compare(leaseEffects, olds, news, mustOpen(olds, news));
      return difference.changes ? difference : { ...difference, changes: await hasLostNatGateway(tagKey, olds, news) };
    },

    async create(inputs) {
      return { id: leaseIdOf(inputs), outs: await openLease(tagKey, inputs, 0) };
    },

    /**
     * Says what is known. A lease which the release has closed is healthy, not gone; whether it is closed, the release
     * says.
     */
    async read(id, state) {
      return { id, props: assertManaged(state) };
    },

    async update(_id, olds, news) {
      const { generation, natGatewayId, publicIp } = assertVersion(olds);
      if (mustOpen(olds, news) || (await hasLostNatGateway(tagKey, olds, news))) {
        return { outs: await openLease(tagKey, news, generation) };
      }
      return { outs: keep({ ...news, generation, natGatewayId, publicIp }) };
    },

    async delete(leaseId, state) {
      await sweep({ leaseId, tagKey, settings: assertVersion(state) });
    },
  };
}

/**
 * An internet gateway, an Elastic IP address, a NAT gateway, default routes to them and temporary egress rules: made
 * when this is created or when `reopenWhen` changes, deleted by its release, or by its own deletion.
 */
export class NatGatewayLease extends pulumi.dynamic.Resource {
  /** How often the lease has opened. */
  declare readonly generation: pulumi.Output<number>;
  /** The NAT gateway of the latest opening. */
  declare readonly natGatewayId: pulumi.Output<string>;
  /** The address from which the latest opening reached the internet. */
  declare readonly publicIp: pulumi.Output<string>;

  constructor(name: string, tagKey: string, args: ResourceArgs<LeaseInputs>, opts?: pulumi.CustomResourceOptions) {
    const outputs = { generation: undefined, natGatewayId: undefined, publicIp: undefined, version: undefined };
    super(leaseProvider(tagKey), name, { ...args, ...outputs }, opts, "temporaryNatGateway", "NatGatewayLease");
  }
}

/** Provider of the safeguard: it does nothing but delete everything of the lease when it is deleted itself. */
export function safeguardProvider(
  tagKey: string,
): pulumi.dynamic.ResourceProvider<SafeguardInputs, State<SafeguardInputs>> {
  return {
    check: checkInputs,

    async diff(_id, olds, news) {
      return compare(safeguardEffects, olds, news);
    },

    /** Without a call to AWS, so that it cannot be interrupted between AWS and Pulumi's state. */
    async create(inputs) {
      return { id: `${leaseIdOf(inputs)}/safeguard`, outs: keep(inputs) };
    },

    async read(id, state) {
      return { id, props: assertManaged(state) };
    },

    async update(_id, _olds, news) {
      return { outs: keep(news) };
    },

    async delete(_id, state) {
      await sweep({ leaseId: leaseIdOf(state), tagKey, settings: assertVersion(state) });
    },
  };
}

/**
 * Has `pulumi destroy` delete what a first opening left that was killed. Pulumi saves a resource when its creation
 * has answered, so of such a lease its state knows nothing and would delete nothing. This resource is in the state
 * before the lease calls AWS for the first time, and its deletion deletes all that is the lease's.
 */
export class NatGatewayLeaseSafeguard extends pulumi.dynamic.Resource {
  constructor(name: string, tagKey: string, args: ResourceArgs<SafeguardInputs>, opts?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, version: undefined };
    super(safeguardProvider(tagKey), name, inputs, opts, "temporaryNatGateway", "NatGatewayLeaseSafeguard");
  }
}
