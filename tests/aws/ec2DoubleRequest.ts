import { AwsError } from "./awsProtocol";
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

/** The parameters of a call in EC2's query protocol. */
export class Ec2Request {
  private readonly parameters: Map<string, string>;
  readonly action: string;

  constructor(body: string) {
    this.parameters = new Map(new URLSearchParams(body));
    this.action = this.required("Action");
    this.required("Version");
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

  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined) throw new AwsError("MissingParameter", `The request must contain the parameter ${name}`);
    return value;
  }

  /** The values of `name.1`, `name.2`, … */
  list(name: string): string[] {
    const values: string[] = [];
    for (let value = this.optional(`${name}.1`); value !== undefined; ) {
      values.push(value);
      value = this.optional(`${name}.${values.length + 1}`);
    }
    return values;
  }

  /** The filters, which may only be of these names; a name that ends with `:` allows any tag key. */
  filters(allowed: readonly string[]): Filter[] {
    const filters: Filter[] = [];
    for (let name = this.optional("Filter.1.Name"); name !== undefined; ) {
      const known = allowed.some((each) => (each.endsWith(":") ? name?.startsWith(each) : each === name));
      if (!known) throw new AwsError("InvalidParameterValue", `The filter '${name}' is invalid`);
      filters.push({ name, values: this.list(`Filter.${filters.length + 1}.Value`) });
      name = this.optional(`Filter.${filters.length + 1}.Name`);
    }
    return filters;
  }

  /** The tags of the only tag specification, which must be for this type of resource. */
  tags(type: string): Tags {
    const given = this.optional("TagSpecification.1.ResourceType");
    if (given !== undefined && given !== type) {
      const message = `'${given}' is not a valid taggable resource type for this operation.`;
      throw new AwsError("InvalidParameterValue", message);
    }
    const tags: Tags = {};
    for (let index = 1; ; index += 1) {
      const key = this.optional(`TagSpecification.1.Tag.${index}.Key`);
      if (key === undefined) return tags;
      const value = this.optional(`TagSpecification.1.Tag.${index}.Value`) ?? "";
      if (value.length > 256) {
        const message = `Tag value of '${key}' exceeds the maximum length of 256 characters`;
        throw new AwsError("InvalidParameterValue", message);
      }
      tags[key] = value;
    }
  }
}

/** What an answer consists of; a list becomes `<item>`s. */
export type XmlValue = string | number | boolean | undefined | XmlValue[] | { [name: string]: XmlValue };

export function xml(value: XmlValue): string {
  if (value === undefined) {
    return "";
  }
  if (Array.isArray(value)) {
    return value.map((item) => `<item>${xml(item)}</item>`).join("");
  }
  if (typeof value === "object") {
    return Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([name, part]) => `<${name}>${xml(part)}</${name}>`)
      .join("");
  }
  return String(value).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function tagSet(tags: Tags): XmlValue {
  return Object.entries(tags).map(([key, value]) => ({ key, value }));
}
