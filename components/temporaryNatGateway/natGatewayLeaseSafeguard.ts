import * as pulumi from "@pulumi/pulumi";
import { plainJson } from "../dynamicProvider/dynamicResource";
import { known, migrated, type SafeguardState, safeguardDifference, stateVersion } from "./changes";
import { leaseIdOf, leaseNameProblems, normalizeSettings, type SafeguardInputs, settingsProblems } from "./leaseInputs";
import type { NatGatewayNetworkArgs } from "./natGatewayLease";
import { sweep } from "./sweep";

/** Provider of the safeguard: it does nothing but sweep when it is deleted. */
export const safeguardProvider: pulumi.dynamic.ResourceProvider<SafeguardInputs, SafeguardState> = {
  async check(_olds, news) {
    const inputs = normalizeSettings(news);
    return { inputs, failures: [...leaseNameProblems(inputs.leaseName), ...settingsProblems(inputs)] };
  },

  async diff(_id, olds, news) {
    return safeguardDifference(olds, news);
  },

  /** Without a call to AWS, so that it cannot be interrupted between AWS and Pulumi's state. */
  async create(inputs) {
    return { id: `${leaseIdOf(inputs)}/safeguard`, outs: plainJson({ ...inputs, version: stateVersion }) };
  },

  async read(id, state) {
    return { id, props: migrated(known(state)) };
  },

  async update(_id, _olds, news) {
    return { outs: plainJson({ ...news, version: stateVersion }) };
  },

  async delete(_id, state) {
    const settings = migrated(state);
    await sweep(leaseIdOf(settings), settings);
  },
};

/** The inputs of a safeguard, any of which may come from another resource. */
export type NatGatewayLeaseSafeguardArgs = {
  readonly [name in keyof Omit<SafeguardInputs, "network">]: pulumi.Input<SafeguardInputs[name]>;
} & { readonly network: NatGatewayNetworkArgs };

/**
 * Has `pulumi destroy` take away what a first opening left that was killed. Pulumi saves a resource when its creation
 * has answered, so of such a lease its state knows nothing and would delete nothing. This resource is in the state
 * before the lease calls AWS for the first time, and its deletion takes away all that is the lease's.
 */
export class NatGatewayLeaseSafeguard extends pulumi.dynamic.Resource {
  constructor(name: string, args: NatGatewayLeaseSafeguardArgs, opts?: pulumi.CustomResourceOptions) {
    const inputs = { ...args, version: undefined };
    super(safeguardProvider, name, inputs, opts, "temporaryNatGateway", "NatGatewayLeaseSafeguard");
  }
}
