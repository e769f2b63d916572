import type { Ec2Account } from "./ec2DoubleAccount";
import type { Ec2Request, Tags, XmlValue } from "./ec2DoubleRequest";

/** What a call does to the account, and what its answer holds. */
export type Action = (account: Ec2Account, request: Ec2Request) => { [name: string]: XmlValue };

/** The answer of calls that have nothing to tell. */
export const ok = { return: true };

export function tagSet(tags: Tags): XmlValue {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
