/** An error as EC2 answers it. */
export class Ec2Error extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly status = 400,
  ) {
    super(message);
  }
}

export type Tags = Record<string, string>;

/** A filter of a Describe call: an object passes when its value for the name is among the values. */
export interface Filter {
  name: string;
  values: string[];
}

/**
 * The parameters of a call in EC2's query protocol. Each is read at most once, and `done` refuses the call when one is
 * left that nobody asked for: AWS, too, refuses parameters it does not know.
 */
export class Ec2Request {
  private readonly unread: Map<string, string>;
  readonly action: string;

  constructor(body: string) {
    this.unread = new Map(new URLSearchParams(body));
    this.action = this.required("Action");
    if (this.required("Version") !== "2016-11-15") {
      throw new Ec2Error("InvalidParameterValue", "unknown version of the API");
    }
  }

  optional(name: string): string | undefined {
    const value = this.unread.get(name);
    this.unread.delete(name);
    return value;
  }

  required(name: string): string {
    const value = this.optional(name);
    if (value === undefined || value === "") {
      throw new Ec2Error("MissingParameter", `The request must contain the parameter ${name}`);
    }
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
      if (!known) {
        throw new Ec2Error("InvalidParameterValue", `The filter '${name}' is invalid`);
      }
      const values = this.list(`Filter.${filters.length + 1}.Value`);
      if (values.length === 0) {
        throw new Ec2Error("InvalidParameterValue", `The filter '${name}' has no values`);
      }
      filters.push({ name, values });
      name = this.optional(`Filter.${filters.length + 1}.Name`);
    }
    return filters;
  }

  /** The tags of the only tag specification, which must be for this type of resource. */
  tags(type: string): Tags {
    const given = this.optional("TagSpecification.1.ResourceType");
    if (given === undefined) {
      return {};
    }
    if (given !== type) {
      throw new Ec2Error(
        "InvalidParameterValue",
        `'${given}' is not a valid taggable resource type for this operation.`,
      );
    }
    const tags: Tags = {};
    for (let index = 1; ; index += 1) {
      const key = this.optional(`TagSpecification.1.Tag.${index}.Key`);
      if (key === undefined) {
        return tags;
      }
      if (key in tags || key.startsWith("aws:") || key.length > 128) {
        throw new Ec2Error("InvalidParameterValue", `Tag key '${key}' is not allowed`);
      }
      const value = this.optional(`TagSpecification.1.Tag.${index}.Value`) ?? "";
      if (value.length > 256) {
        throw new Ec2Error(
          "InvalidParameterValue",
          `Tag value of '${key}' exceeds the maximum length of 256 characters`,
        );
      }
      tags[key] = value;
    }
  }

  /** To be called when everything is read, before anything is changed. */
  done(): void {
    const [name] = this.unread.keys();
    if (name !== undefined) {
      throw new Ec2Error("UnknownParameter", `The parameter ${name} is not recognized`);
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
