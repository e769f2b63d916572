import { type Deletion, deletionsByInputs } from "./unlisted";

/** What of a stack's state leftovers are compared with. */
export interface StackState {
  /** ARNs and AWS's own ids of all its resources; of one that AWS has made but nobody has read, the name. */
  readonly owned: ReadonlySet<string>;
  /** Ids of the leases of temporary NAT gateways, whose objects the next `up` or `destroy` takes away. */
  readonly leases: ReadonlySet<string>;
  /** What was begun and never ended, such as `creating aws:ecs/service:Service hello`. */
  readonly interrupted: readonly string[];
  /** What was being created and is not in the state, of types which AWS's tagging API does not list. */
  readonly unlisted: readonly Deletion[];
  /** Id of the account, 12 digits; not known as long as there is nothing of AWS in the state. */
  readonly accountId?: string;
}

interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  /** Why it was not read to the end once it was made. */
  readonly initErrors?: readonly string[];
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

interface Exported {
  readonly deployment: {
    readonly resources?: readonly ExportedResource[];
    readonly pending_operations?: readonly { readonly type: string; readonly resource: ExportedResource }[];
  };
}

const arnPattern = /^arn:aws[\w-]*:/;
/** Ids which AWS makes up, such as `vpc-0a1b2c3d`: no name that a person chooses. */
const idPattern = /^[a-z]+-[0-9a-z]{8,}$/;
const leasePattern = /[:/]temporaryNatGateway:NatGatewayLease(Safeguard)?$/;

/**
 * ARNs and ids of one resource, and of the volume which an instance brings along. Ctrl-C twice ends a provider between
 * the call that makes something and the one that reads it: then the state has no ARN of it
 * (InitErrors in https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go).
 */
function identifiers({ id, initErrors = [], outputs = {} }: ExportedResource): string[] {
  if (initErrors.length > 0 && id !== undefined && typeof outputs.arn !== "string") return [id];
  const { volumeId } = (outputs.rootBlockDevice ?? {}) as { volumeId?: unknown };
  return [id, outputs.arn, volumeId]
    .filter((value) => typeof value === "string")
    .filter((value) => arnPattern.test(value) || idPattern.test(value))
    .map(withoutStar);
}

/** The ARN of a log group as AWS's tagging API has it: not with the `:*` that policies want. */
function withoutStar(arn: string): string {
  return arn.replace(/:\*$/, "");
}

function nameOf({ type, urn }: ExportedResource): string {
  return `${type} ${urn.split("::").pop()}`;
}

/** What would have to be typed to delete this, if the tagging API does not list its type. */
function deletionsOf({ type, inputs = {} }: ExportedResource): readonly string[] {
  return deletionsByInputs[type]?.(inputs) ?? [];
}

/** Reads what `pulumi stack export` has printed. @throws SyntaxError when that is not JSON */
export function readState(exported: string): StackState {
  const { deployment } = JSON.parse(exported) as Exported;
  const resources = deployment.resources ?? [];
  const owned = new Set(resources.filter(({ type }) => !leasePattern.test(type)).flatMap(identifiers));
  const leases = resources
    .filter(({ type }) => leasePattern.test(type))
    .map(({ id = "" }) => id.replace(/\/safeguard$/, ""));
  const pending = deployment.pending_operations ?? [];
  const interrupted = pending.map(({ type, resource }) => `${type} ${nameOf(resource)}`);
  // What a later run has taken over would be deleted by the same commands.
  const kept = new Set(resources.flatMap(deletionsOf));
  const order = Object.keys(deletionsByInputs);
  const unlisted = pending
    .filter(({ type, resource }) => type === "creating" && order.includes(resource.type))
    .sort(({ resource: a }, { resource: b }) => order.indexOf(a.type) - order.indexOf(b.type))
    .map(({ resource }) => ({ name: nameOf(resource), commands: deletionsOf(resource) }))
    .filter(({ commands }) => !commands.some((command) => kept.has(command)));
  const [account] = [...owned].flatMap((each) => /^arn:[^:]*:[^:]*:[^:]*:(\d{12}):/.exec(each)?.[1] ?? []);
  return {
    owned,
    leases: new Set(leases),
    interrupted,
    unlisted,
    ...(account === undefined ? {} : { accountId: account }),
  };
}
