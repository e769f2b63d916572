import type { SerializedFunction } from "@pulumi/pulumi/runtime/closure/serializeClosure";

/** A dynamic provider's code is a few hundred lines of serialised closures: no fact about the resource. */
export const providerCodeMarker = "(code of the dynamic provider)";

/** The module from which Pulumi's dynamic resources take the function whenever they need it. */
const closures: {
  serializeFunction: (...args: never[]) => Promise<SerializedFunction>;
} = require("@pulumi/pulumi/runtime/closure/serializeClosure");

/**
 * Has dynamic resources send the marker instead of their provider's code: serialising it takes as long as the rest of
 * an evaluation together. Returns a function which undoes this.
 */
export function skipProviderCode(): () => void {
  const original = closures.serializeFunction;
  closures.serializeFunction = async () => ({
    text: providerCodeMarker,
    exportName: "handler",
    containsSecrets: false,
  });
  return () => {
    closures.serializeFunction = original;
  };
}
