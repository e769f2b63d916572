import { must } from "./awsProtocol";
import type { Ec2Account } from "./ec2DoubleAccount";

/** What a call does to the account, and what its answer holds. */
export type Action = (account: Ec2Account, request: Ec2Request) => { [name: string]: XmlValue };

/** The answer of calls that have nothing to tell. */
export const ok = { return: true };

export type Tags = Record<string, string>;

/** A filter of a Describe call: an object passes when its value for the name is among the values. */
export interface Filter {
  name: string;
  values: string[];
}

/** The parameters of a call in EC2's query protocol; which there must be the types of the SDK say. */
export class Ec2Request {
  private readonly parameters: Map<string, string>;

  constructor(body: string) {
    this.parameters = new Map(new URLSearchParams(body));
    for (const name of ["Action", "Version"]) this.parameters.delete(name);
  }

  /** Names of the parameters which were not read: of these the double knows nothing. */
  get unread(): string[] {
    return [...this.parameters.keys()];
  }

  optional(name: string): string | undefined {
    const value = this.parameters.get(name);
    this.parameters.delete(name);
    return value;
  }

  get(name: string): string {
    return this.optional(name) ?? "";
  }

  /** What `read` makes of `name.1`, `name.2`, … */
  private each<T>(name: string, read: (numbered: string) => T | undefined): T[] {
    const found: T[] = [];
    for (let item = read(`${name}.1`); item !== undefined; item = read(`${name}.${found.length + 1}`)) found.push(item);
    return found;
  }

  /** The values of `name.1`, `name.2`, … */
  list(name: string): string[] {
    return this.each(name, (numbered) => this.optional(numbered));
  }

  filters(): Filter[] {
    return this.each("Filter", (numbered) => {
      const name = this.optional(`${numbered}.Name`);
      return name === undefined ? undefined : { name, values: this.list(`${numbered}.Value`) };
    });
  }

  /** The tags of the only tag specification, which must be for this type of resource. */
  tags(type: string): Tags {
    const given = this.optional("TagSpecification.1.ResourceType") ?? type;
    must(
      given === type,
      "InvalidParameterValue",
      `'${given}' is not a valid taggable resource type for this operation.`,
    );
    const tags = this.each("TagSpecification.1.Tag", (numbered): [string, string] | undefined => {
      const key = this.optional(`${numbered}.Key`);
      return key === undefined ? undefined : [key, this.get(`${numbered}.Value`)];
    });
    const sound = tags.every(([, value]) => value.length <= 256);
    must(sound, "InvalidParameterValue", "Tag value exceeds the maximum length of 256 characters");
    return Object.fromEntries(tags);
  }
}

/** What an answer consists of; a list becomes `<item>`s. */
export type XmlValue = string | number | boolean | undefined | XmlValue[] | { [name: string]: XmlValue };

export function xml(value: XmlValue): string {
  if (value === undefined) return "";
  if (Array.isArray(value)) return value.map((item) => `<item>${xml(item)}</item>`).join("");
  if (typeof value === "object") {
    const parts = Object.entries(value).filter(([, part]) => part !== undefined);
    return parts.map(([name, part]) => `<${name}>${xml(part)}</${name}>`).join("");
  }
  return String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function tagSet(tags: Tags): XmlValue {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
