import * as pulumi from "@pulumi/pulumi";
import { partialFailure, plainJson } from "../dynamicProvider/dynamicResource";
import { known, type LeaseState, leaseDifference, migrated, mustOpen, stateVersion } from "./changes";
import { liveNatGateway, unguarded } from "./inventory";
import { type LeaseInputs, leaseIdOf, leaseNameProblems, normalizeSettings, settingsProblems } from "./leaseInputs";
import { hasLostNatGateway } from "./lostNatGateway";
import { plan } from "./plan";
import { lookUntil, make, type Run, takeBack, withRun } from "./run";
import { sweep } from "./sweep";

/**
 * Waits until AWS shows the private routes and the rules: a release which follows at once looks for them, and would
 * otherwise leave what it does not see.
 */
async function showsWay(run: Run): Promise<void> {
  const { egressRules } = run.inventory;
  const { privateRouteTableIds } = run.settings.network;
  await lookUntil(run, "AWS to show the routes and egress rules", {
    kinds: ["defaultRoutes", "egressRules"],
    isSo: (seen) =>
      privateRouteTableIds.every((id) => seen.defaultRoutes.some(({ routeTableId }) => routeTableId === id)) &&
      egressRules.every((rule) => seen.egressRules.some(({ id }) => id === rule.id)),
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
  return takeBack(run, cause, plan.delete, {
    done: "everything of the lease is deleted again",
    failed: `and ${ids.join(", ")} could not be deleted again, which \`pulumi destroy\` does`,
  });
}

/**
 * Opens the lease. When that stops half way, what is there is saved as `unfinished`, and the next update goes on from
 * it.
 */
async function open(inputs: LeaseInputs, before: Partial<LeaseState>): Promise<LeaseState> {
  const generation = before.generation ?? 0;
  const leaseId = leaseIdOf(inputs);
  const opening = async (run: Run) => {
    try {
      await make(run, plan.open);
      await showsWay(run);
    } catch (error) {
      const cause = await withoutUnguarded(run, error);
      throw partialFailure(cause, leaseId, { ...inputs, version: stateVersion, generation, unfinished: true });
    }
    return plainJson({
      ...inputs,
      version: stateVersion,
      generation: generation + 1,
      natGatewayId: liveNatGateway(run.inventory)?.id,
      publicIp: run.inventory.addresses[0]?.publicIp,
    });
  };
  // Without an engine nobody closes what is opened, and a `pulumi destroy` run meanwhile misses what comes after it.
  return withRun(inputs, leaseId, opening, process.stderr);
}

/** Provider of the lease: while it is open, the private subnets reach the internet through a NAT gateway. */
export const leaseProvider: pulumi.dynamic.ResourceProvider<LeaseInputs, LeaseState> = {
  async check(_olds, news) {
    const inputs = normalizeSettings(news);
    return { inputs, failures: [...leaseNameProblems(inputs.leaseName), ...settingsProblems(inputs)] };
  },

  /**
   * Besides comparing inputs, it looks whether the way out that is still needed is there: {@link hasLostNatGateway}.
   */
  async diff(_id, olds, news) {
    const difference = leaseDifference(olds, news);
    const old = migrated(olds);
    const opens = difference.replaces.length > 0 || mustOpen(old, news);
    return { ...difference, changes: difference.changes || (!opens && (await hasLostNatGateway(old, news))) };
  },

  async create(inputs) {
    return { id: leaseIdOf(inputs), outs: await open(inputs, {}) };
  },

  /**
   * Says what is known. A lease which the release has closed is healthy, not gone; whether it is closed, the release
   * says.
   */
  async read(id, state) {
    return { id, props: migrated(known(state)) };
  },

  async update(_id, olds, news) {
    const old = migrated(olds);
    if (mustOpen(old, news) || (await hasLostNatGateway(old, news))) {
      return { outs: await open(news, old) };
    }
    const { generation, natGatewayId, publicIp } = old;
    return { outs: plainJson({ ...news, version: stateVersion, generation, natGatewayId, publicIp }) };
  },

  async delete(id, state) {
    await sweep(id, migrated(state));
  },
};

/** Where the NAT gateway is put, and for whom. Any id may come from another resource. */
export interface NatGatewayNetworkArgs {
  /** The VPC. It must have no internet gateway of its own. */
  vpcId: pulumi.Input<string>;
  /** The subnet the NAT gateway is put into. */
  publicSubnetId: pulumi.Input<string>;
  /** The public subnet's route table. It must have no default route, and no `Route` resource for one. */
  publicRouteTableId: pulumi.Input<string>;
  /** The route tables which get a default route to the NAT gateway; the same conditions hold. At least one. */
  privateRouteTableIds: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The security groups which get a temporary rule that lets them reach tcp/443 anywhere. They must not hold inline
   * rules.
   */
  egressSecurityGroupIds: pulumi.Input<pulumi.Input<string>[]>;
}

/** The inputs of a lease, any of which may come from another resource. */
export type NatGatewayLeaseArgs = {
  readonly [name in keyof Omit<LeaseInputs, "network">]: pulumi.Input<LeaseInputs[name]>;
} & { readonly network: NatGatewayNetworkArgs };

/**
 * An internet gateway, an Elastic IP address, a NAT gateway, default routes to them and temporary egress rules: made
 * when this is created or when `reopenWhen` changes, taken away by {@link NatGatewayRelease}, or by its own deletion.
 */
export class NatGatewayLease extends pulumi.dynamic.Resource {
  /** How often the lease has opened. */
  declare readonly generation: pulumi.Output<number>;
  /** The NAT gateway of the latest opening. */
  declare readonly natGatewayId: pulumi.Output<string>;
  /** The address from which the latest opening reached the internet. */
  declare readonly publicIp: pulumi.Output<string>;

  constructor(name: string, args: NatGatewayLeaseArgs, opts?: pulumi.CustomResourceOptions) {
    const outputs = { generation: undefined, natGatewayId: undefined, publicIp: undefined, version: undefined };
    super(leaseProvider, name, { ...args, ...outputs }, opts, "temporaryNatGateway", "NatGatewayLease");
  }
}
