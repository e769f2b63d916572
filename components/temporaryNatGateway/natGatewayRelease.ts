import * as pulumi from "@pulumi/pulumi";
import { partialFailure, plainJson } from "../dynamicProvider/dynamicResource";
import {
  known,
  migrated,
  mustClose,
  type ReleaseState,
  type ReleaseStatus,
  releaseDifference,
  stateVersion,
} from "./changes";
import { isCutOff, isReleased } from "./inventory";
import { normalizeSettings, type ReleaseInputs, settingsProblems } from "./leaseInputs";
import { hasLeftovers } from "./leftovers";
import type { NatGatewayNetworkArgs } from "./natGatewayLease";
import { plan } from "./plan";
import { nothingToProve, type Proof, type Prove } from "./proof";
import { lookUntil, make, type Run, takeBack, withRun } from "./run";
import { finish } from "./sweep";

/**
 * Takes the way out from the private subnets, until a look shows nothing of it: what there is may show late, and the
 * proof is worth nothing while something can still get out.
 */
async function cut(run: Run): Promise<void> {
  await make(run, plan.cut);
  await lookUntil(run, "AWS to show the private subnets without a way out", {
    kinds: ["defaultRoutes", "egressRules"],
    isSo: (inventory) => isCutOff(inventory, run.settings.network.privateRouteTableIds),
    moves: plan.cut,
  });
}

/** Closes the lease: cuts the way out, proves that nothing misses it, and takes the rest away. */
async function close(inputs: ReleaseInputs, prove: Prove<unknown>): Promise<ReleaseState> {
  const state = (status: ReleaseStatus) => plainJson({ ...inputs, version: stateVersion, status });
  return withRun(inputs, inputs.leaseId, async (run) => {
    try {
      try {
        await cut(run);
        await prove(inputs.proof, { ...inputs, signal: run.signal });
      } catch (error) {
        throw await takeBack(run, error, plan.restore, {
          done: "the routes and egress rules are back, the NAT gateway is kept",
          failed: "and the way out could not be restored",
        });
      }
      await make(run, plan.remove);
      await finish(run);
    } catch (error) {
      throw partialFailure(error, releaseIdOf(inputs), state("open"));
    }
    return state("released");
  });
}

function releaseIdOf({ leaseId }: ReleaseInputs): string {
  return `${leaseId}/release`;
}

/** Provider of the release; the proof becomes part of what is serialised. */
export function releaseProvider(prove: Prove<unknown>): pulumi.dynamic.ResourceProvider<ReleaseInputs, ReleaseState> {
  return {
    async check(_olds, news) {
      const inputs = normalizeSettings(news);
      return { inputs, failures: settingsProblems(inputs) };
    },

    /** Besides comparing inputs, it looks whether a killed re-opening has left something: {@link hasLeftovers}. */
    async diff(_id, olds, news) {
      const difference = releaseDifference(olds, news);
      return difference.changes ? difference : { ...difference, changes: await hasLeftovers(migrated(olds), news) };
    },

    async create(inputs) {
      return { id: releaseIdOf(inputs), outs: await close(inputs, prove) };
    },

    /** Looks whether anything of the lease is there: `open` has the next update close it. */
    async read(id, state) {
      const old = migrated(known(state));
      const released = await withRun(old, old.leaseId, async (run) => isReleased(run.inventory));
      const status: ReleaseStatus = released ? "released" : "open";
      return { id, props: plainJson({ ...old, status }) };
    },

    async update(_id, olds, news) {
      const old = migrated(olds);
      if (mustClose(old, news) || (await hasLeftovers(old, news))) {
        return { outs: await close(news, prove) };
      }
      const status: ReleaseStatus = "released";
      return { outs: plainJson({ ...news, version: stateVersion, status }) };
    },

    /** Leaves everything to the lease, which is deleted after it: what still runs may need the way out until then. */
    async delete() {},
  };
}

/** The inputs of a release, any of which may come from another resource. */
export type NatGatewayReleaseArgs = {
  readonly [name in keyof Omit<ReleaseInputs, "network" | "proof">]: pulumi.Input<ReleaseInputs[name]>;
} & { readonly network: NatGatewayNetworkArgs };

/** Takes away what a {@link NatGatewayLease} has made, when it is proven that nothing needs it any more. */
export class NatGatewayRelease extends pulumi.dynamic.Resource {
  /** `released`: nothing of the lease is left. `open`: something is. */
  declare readonly status: pulumi.Output<ReleaseStatus>;

  constructor(
    name: string,
    args: NatGatewayReleaseArgs,
    opts?: pulumi.CustomResourceOptions,
    proof: Proof<unknown> = { prove: nothingToProve, inputs: {} },
  ) {
    const outputs = { status: undefined, version: undefined };
    const inputs = { ...args, proof: proof.inputs, ...outputs };
    super(releaseProvider(proof.prove), name, inputs, opts, "temporaryNatGateway", "NatGatewayRelease");
  }
}
