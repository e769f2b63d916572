import { leaseProvider, safeguardProvider } from "../../components/temporaryNatGateway/lease";
import { releaseProvider } from "../../components/temporaryNatGateway/release";
import { serializeProvider } from "./dynamicProviderHost";
import { tagKey } from "./leaseInputs";

/** The providers of a lease; this release proves nothing. */
export const leaseProviders = {
  safeguard: safeguardProvider(tagKey),
  lease: leaseProvider(tagKey),
  release: releaseProvider(tagKey),
};

/** What Pulumi stores as `__provider`, by the provider's name. */
export type ProviderTexts = { readonly [name in keyof typeof leaseProviders]: string };

let texts: Promise<ProviderTexts> | undefined;

/** The texts of the providers, made once in a process: that takes about a second. */
export function providerTexts(): Promise<ProviderTexts> {
  texts ??= (async () => ({
    safeguard: await serializeProvider(leaseProviders.safeguard),
    lease: await serializeProvider(leaseProviders.lease),
    release: await serializeProvider(leaseProviders.release),
  }))();
  return texts;
}
