import type { Deployment } from "./awsFunctions";
import { exampleAccountId, hexDigits } from "./placeholders";

/** A resource on its way to the stand-in for AWS. */
export interface NewResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Names of the properties which the program declared without giving them a value. */
  readonly undeclared: readonly string[];
}

/** The physical id of a resource and the outputs it has beyond its inputs. */
export interface CreatedResource {
  readonly id: string;
  readonly outputs: Readonly<Record<string, unknown>>;
}

/** Makes up the values of one resource. */
export class Maker {
  constructor(
    readonly resource: NewResource,
    readonly deployment: Deployment,
  ) {}

  get region(): string {
    return this.deployment.region;
  }

  get account(): string {
    return this.deployment.placeholders.standsFor(exampleAccountId, "account id");
  }

  madeUp(value: string, what: string): string {
    return this.deployment.placeholders.standsFor(value, what, this.resource.name);
  }

  /** An id such as `vpc-0a1b…`: a prefix and 17 digits. */
  id(prefix: string, what = "id"): string {
    return this.madeUp(`${prefix}-${hexDigits(`${this.resource.urn} ${what}`, 17)}`, what);
  }

  /**
   * The name given, or the one Pulumi would make up
   * (https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming).
   */
  physicalName(property = "name"): string {
    const given = this.resource.inputs[property];
    return typeof given === "string"
      ? given
      : this.madeUp(`${this.resource.name}-${hexDigits(this.resource.urn, 7)}`, property);
  }

  arn(service: string, path: string): string {
    return `arn:aws:${service}:${this.region}:${this.account}:${path}`;
  }
}

export type Creation = (make: Maker) => CreatedResource;

/** What EC2 makes: an id of its own and an ARN which holds it. */
export function ec2(
  prefix: string,
  path: string,
  more: (make: Maker) => Record<string, unknown> = () => ({}),
): Creation {
  return (make) => {
    const id = make.id(prefix);
    return { id, outputs: { arn: make.madeUp(make.arn("ec2", `${path}/${id}`), "ARN"), ...more(make) } };
  };
}

/** What Route 53 Resolver makes and names: an id of its own and an ARN which holds it. */
export function resolver(prefix: string, path: string): Creation {
  return (make) => {
    const id = make.id(prefix);
    return { id, outputs: { name: make.physicalName(), arn: make.arn("route53resolver", `${path}/${id}`) } };
  };
}

/** What AWS identifies by its name: the name is its id. */
export function identifiedByName(
  service: string,
  path: (name: string) => string,
  more: (make: Maker, name: string) => Record<string, unknown> = () => ({}),
): Creation {
  return (make) => {
    const name = make.physicalName();
    return { id: name, outputs: { name, arn: make.arn(service, path(name)), ...more(make, name) } };
  };
}

/** What IAM identifies by its name, which is unique in all regions; a `path` goes before it. */
export function iam(prefix: string): Creation {
  return (make) => {
    const name = make.physicalName();
    const path = String(make.resource.inputs.path ?? "/").slice(1);
    return { id: name, outputs: { name, arn: `arn:aws:iam::${make.account}:${prefix}${path}${name}` } };
  };
}

/** What belongs to another resource and has nothing that others need but an id. */
export const attached: Creation = (make) => ({ id: make.id(make.resource.name), outputs: {} });

/**
 * Inputs of every dynamic resource, which say with which credentials its provider calls AWS; a stack may leave them
 * out.
 */
const providerSettings = ["region", "profile"];

/** A dynamic resource of our own: all else it declares without a value is made by its provider. */
export const dynamic: Creation = (make) => ({
  id: make.id(make.resource.name),
  outputs: Object.fromEntries(
    make.resource.undeclared
      .filter((property) => !providerSettings.includes(property))
      .map((property) => [property, make.madeUp(`${property}-${hexDigits(make.resource.urn, 8)}`, property)]),
  ),
});
