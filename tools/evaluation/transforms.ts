import type * as pulumi from "@pulumi/pulumi";
import { Callback } from "@pulumi/pulumi/proto/callback_pb";
import type {} from "@pulumi/pulumi/runtime/state";
import type { RecordedResource } from "./evaluation";

/** What a transform may change of a resource. */
type Transformable = Pick<RecordedResource, "type" | "name" | "custom" | "inputs" | "options">;

/**
 * The functions which a program gives its resources as `transforms`. Pulumi's SDK starts a server for them, which the
 * engine calls for the resource itself and for all beneath it, in whichever process that is made
 * (https://www.pulumi.com/docs/iac/concepts/resources/options/transforms/). Here they stay in this process.
 */
export class Transforms {
  private readonly functions: pulumi.ResourceTransform[] = [];
  private readonly ofResources = new Map<string, readonly pulumi.ResourceTransform[]>();

  /** Takes the place of the SDK's server, which has a method for each thing the engine may call. */
  install(): void {
    Object.assign(globalThis.globalStore, {
      callbacks: {
        registerTransform: async (transform: pulumi.ResourceTransform) => {
          const callback = new Callback();
          callback.setToken(String(this.functions.push(transform) - 1));
          return callback;
        },
        awaitStackRegistrations: async () => {},
        shutdown: () => {},
      },
    });
  }

  /** What a resource's own transforms and then those of all above it make of it. */
  async apply<T extends Transformable>(
    resource: T,
    urn: string,
    parent: string,
    tokens: readonly string[] = [],
  ): Promise<T> {
    const own = tokens.flatMap((token) => this.functions[Number(token)] ?? []);
    const all = [...own, ...(this.ofResources.get(parent) ?? [])];
    this.ofResources.set(urn, all);
    let transformed = resource;
    for (const transform of all) {
      const { type, name, custom, inputs, options } = transformed;
      // The recorded options have the names of Pulumi's; URNs stand for the resources among them.
      const opts = options as pulumi.ResourceOptions;
      const result = await transform({ type, name, custom, props: { ...inputs }, opts: { ...opts } });
      if (result !== undefined) transformed = { ...transformed, inputs: result.props, options: result.opts };
    }
    return transformed;
  }
}
