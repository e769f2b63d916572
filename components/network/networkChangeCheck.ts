import * as pulumi from "@pulumi/pulumi";
import { diffInputs, type InputEffects, pickInputs } from "../dynamicProvider/dynamicResource";
import { type NetworkPlaces, refusedChanges } from "./networkChanges";

const effects: InputEffects<NetworkPlaces> = { region: "update", vpcCidr: "update", subnets: "update" };

/** Provider of the check: it keeps where the network stands, and makes nothing in AWS. */
export const networkChangeProvider: pulumi.dynamic.ResourceProvider<NetworkPlaces, NetworkPlaces> = {
  async check(olds, news) {
    const refused = olds?.subnets === undefined ? [] : refusedChanges(olds, news);
    // The settings are not properties of this resource, and the CLI would show them as such without a value.
    return { inputs: news, failures: refused.map((reason) => ({ property: "", reason })) };
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
