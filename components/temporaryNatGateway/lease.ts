import * as pulumi from "@pulumi/pulumi";
import { partialFailure, plainJson } from "../dynamicProvider/dynamicResource";
import { liveNatGateway, unguarded } from "./inventory";
import { look, lookUntil, type Run, withClients, withInventory } from "./run";
import {
  checkInputs,
  type Lease,
  type LeaseInputs,
  leaseIdOf,
  lookingWith,
  type ResourceArgs,
  type SafeguardInputs,
} from "./settings";
import {
  assertManaged,
  assertVersion,
  type LeaseState,
  leaseDifference,
  mustOpen,
  type SafeguardState,
  safeguardDifference,
  stateVersion,
} from "./state";
import { allSteps, close, open, sweep, undo } from "./steps";

/**
 * Waits until AWS shows the private routes and the rules: a release which follows at once looks for them, and would
 * otherwise leave what it does not see.
 */
async function waitUntilShown(run: Run): Promise<void> {
  const { egressRules } = run.inventory;
  const { privateRouteTableIds } = run.settings.network;
  await lookUntil(run, "AWS to show the routes and egress rules", {
    kinds: ["defaultRoutes", "egressRules"],
    isSo: (seen) =>
      privateRouteTableIds.every((id) => seen.defaultRoutes.some(({ routeTableId }) => routeTableId === id)) &&
      egressRules.every((rule) =>
        seen.egressRules.some(({ SecurityGroupRuleId }) => SecurityGroupRuleId === rule.SecurityGroupRuleId),
      ),
  });
}

/**
 * Takes everything away when an opening ended with something that costs money and whose dead man's switch could not be
 * set. What an earlier opening left stays only if its switch is set.
 */
async function withoutUnguarded(run: Run, cause: unknown): Promise<unknown> {
  const ids = unguarded(run.inventory);
  if (run.settings.deadManSwitch === undefined || ids.length === 0) {
    return cause;
  }
  return undo(run, cause, (undoing) => close(undoing, allSteps), {
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
    try {
      await open(run, allSteps);
      await waitUntilShown(run);
    } catch (error) {
      const cause = await withoutUnguarded(run, error);
      throw partialFailure(cause, leaseId, { ...inputs, version: stateVersion, generation, unfinished: true });
    }
    return plainJson({
      ...inputs,
      version: stateVersion,
      generation: generation + 1,
      natGatewayId: liveNatGateway(run.inventory)?.NatGatewayId,
      publicIp: run.inventory.addresses[0]?.PublicIp,
    });
  };
  // Without an engine nobody closes what is opened, and a `pulumi destroy` run meanwhile misses what comes after it.
  return withInventory({ leaseId, tagKey, settings: inputs }, work, process.stderr);
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
  const lease: Lease = { leaseId: leaseIdOf(old), tagKey, settings: lookingWith(news, old) };
  return withClients(lease, async (run) => {
    await look(run, ["defaultRoutes"]);
    const isNeeded = run.inventory.defaultRoutes.some(
      ({ routeTableId, target }) => target === natGatewayId && network.privateRouteTableIds.includes(routeTableId),
    );
    if (!isNeeded) {
      return false;
    }
    await look(run, ["natGateways"]);
    return liveNatGateway(run.inventory)?.NatGatewayId !== natGatewayId;
  });
}

/** Provider of the lease: while it is open, the private subnets reach the internet through a NAT gateway. */
export function leaseProvider(tagKey: string): pulumi.dynamic.ResourceProvider<LeaseInputs, LeaseState> {
  return {
    check: checkInputs,

    /** Besides comparing inputs, it looks whether a NAT gateway that is still needed is there. */
    async diff(_id, olds, news) {
      const difference = leaseDifference(olds, news);
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
      return { outs: plainJson({ ...news, version: stateVersion, generation, natGatewayId, publicIp }) };
    },

    async delete(leaseId, state) {
      await sweep({ leaseId, tagKey, settings: assertVersion(state) });
    },
  };
}

/**
 * An internet gateway, an Elastic IP address, a NAT gateway, default routes to them and temporary egress rules: made
 * when this is created or when `reopenWhen` changes, taken away by its release, or by its own deletion.
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

/** Provider of the safeguard: it does nothing but take everything away when it is deleted. */
export function safeguardProvider(tagKey: string): pulumi.dynamic.ResourceProvider<SafeguardInputs, SafeguardState> {
  return {
    check: checkInputs,

    async diff(_id, olds, news) {
      return safeguardDifference(olds, news);
    },

    /** Without a call to AWS, so that it cannot be interrupted between AWS and Pulumi's state. */
    async create(inputs) {
      return { id: `${leaseIdOf(inputs)}/safeguard`, outs: plainJson({ ...inputs, version: stateVersion }) };
    },

    async read(id, state) {
      return { id, props: assertManaged(state) };
    },

    async update(_id, _olds, news) {
      return { outs: plainJson({ ...news, version: stateVersion }) };
    },

    async delete(_id, state) {
      await sweep({ leaseId: leaseIdOf(state), tagKey, settings: assertVersion(state) });
    },
  };
}

/**
 * Has `pulumi destroy` take away what a first opening left that was killed. Pulumi saves a resource when its creation
 * has answered, so of such a lease its state knows nothing and would delete nothing. This resource is in the state
 * before the lease calls AWS for the first time, and its deletion takes away all that is the lease's.
 */
export class NatGatewayLeaseSafeguard extends pulumi.dynamic.Resource {
  constructor(name: string, tagKey: string, args: ResourceArgs<SafeguardInputs>, opts?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, version: undefined };
    super(safeguardProvider(tagKey), name, inputs, opts, "temporaryNatGateway", "NatGatewayLeaseSafeguard");
  }
}
