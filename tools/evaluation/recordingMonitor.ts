import type * as resourceProto from "@pulumi/pulumi/proto/resource_pb";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { answerFunction, type Deployment } from "./awsFunctions";
import { type CreatedResource, createResource, UnknownResourceError } from "./awsResources";
import { providerCodeMarker } from "./providerCode";
import { describeResource, type RecordedOptions, type RecordedResource } from "./recordedResource";
import { plainValue } from "./wireFormat";

type Callback = (error: Error | null, response?: object) => void;
type Json = { [key: string]: unknown };
type RegisterRequest = resourceProto.RegisterResourceRequest;

/** A problem met while answering the program. */
export interface MonitorError {
  readonly resource: string;
  readonly error: Error;
}

/**
 * Stands in for the Pulumi engine's resource monitor and writes down everything it is asked. Pulumi's own mocks hand on
 * type, name and inputs only, give simplified URNs and accept two resources of one name.
 */
export class RecordingMonitor implements Pick<MockMonitor, "invoke" | "readResource" | "registerResource"> {
  readonly resources: RecordedResource[] = [];
  readonly errors: MonitorError[] = [];
  /** Grows with every request, so that an observer can see whether anything still happens. */
  activity = 0;

  constructor(
    private readonly stack: string,
    private readonly project: string,
    private readonly deployment: Deployment,
    /** Names of the properties which the program declared without a value. */
    private readonly undeclared: (type: string, name: string) => readonly string[],
  ) {}

  async invoke(request: resourceProto.ResourceInvokeRequest, callback: Callback): Promise<void> {
    this.activity++;
    const inputs = plainValue(request.getArgs()?.toJavaScript() ?? {}).value as Json;
    try {
      const answer = answerFunction(request.getTok(), inputs, this.deployment);
      callback(null, { getReturn: () => struct(answer), getFailuresList: () => [] });
    } catch (error) {
      // The runtime makes its own error of gRPC's `details`.
      const details = error instanceof Error ? error.message : String(error);
      callback(Object.assign(new Error(details), { details }));
    }
  }

  async readResource(request: resourceProto.ReadResourceRequest, callback: Callback): Promise<void> {
    const resource = { type: request.getType(), name: request.getName() };
    callback(
      new Error(`${describeResource(resource)} is read from AWS (\`get\`), which an evaluation without AWS cannot do`),
    );
  }

  async registerResource(request: RegisterRequest, callback: Callback): Promise<void> {
    this.activity++;
    const wireInputs = request.getObject()?.toJavaScript() ?? {};
    const { value, secrets } = plainValue(wireInputs);
    const inputs = withoutProviderCode(value as Json);
    const type = request.getType();
    const name = request.getName();
    const urn = this.urnOf(request);
    const created = isComponent(request) ? undefined : this.create(urn, type, name, inputs);
    const outputs = { ...inputs, ...created?.outputs };
    this.resources.push({
      urn,
      type,
      name,
      ...(request.getParent() === "" ? {} : { parent: request.getParent() }),
      custom: request.getCustom(),
      remote: request.getRemote(),
      dependencies: [...request.getDependenciesList()].sort(),
      propertyDependencies: propertyDependencies(request),
      inputs,
      secrets,
      ...(created === undefined || request.getRemote() ? {} : { id: created.id }),
      outputs: created === undefined ? {} : outputs,
      options: recordedOptions(request),
    });
    // The outputs go back with the marks of secrets, so that what is made from them stays secret.
    const object = struct({ ...wireInputs, ...created?.outputs });
    callback(null, {
      getUrn: () => urn,
      getId: () => (request.getCustom() ? created?.id : undefined),
      getObject: () => object,
      getPropertydependenciesMap: () => undefined,
      getResult: () => 0,
    });
  }

  registerResourceOutputs(request: resourceProto.RegisterResourceOutputsRequest, callback: Callback): void {
    this.activity++;
    const index = this.resources.findIndex((resource) => resource.urn === request.getUrn());
    const resource = this.resources[index];
    if (resource !== undefined) {
      const outputs = plainValue(request.getOutputs()?.toJavaScript() ?? {}).value as Json;
      this.resources[index] = { ...resource, outputs };
    }
    callback(null, {});
  }

  supportsFeature(request: resourceProto.SupportsFeatureRequest, callback: Callback): void {
    // Output values would reach us as objects instead of what they hold; transforms run in a gRPC server of the
    // engine's.
    const unsupported = ["outputValues", "transforms", "invokeTransforms"];
    callback(null, { getHassupport: () => !unsupported.includes(request.getId()) });
  }

  registerPackage(_request: resourceProto.RegisterPackageRequest, callback: Callback): void {
    callback(null, { getRef: () => "package" });
  }

  /** The URN as the engine builds it: the types of all ancestors but the stack's stand before the type. */
  private urnOf(request: RegisterRequest): string {
    const ancestors = request.getParent().split("::")[2] ?? "";
    const prefix = ancestors === "" || ancestors === "pulumi:pulumi:Stack" ? "" : `${ancestors}$`;
    return `urn:pulumi:${this.stack}::${this.project}::${prefix}${request.getType()}::${request.getName()}`;
  }

  private create(urn: string, type: string, name: string, inputs: Json): CreatedResource {
    const resource = { urn, type, name, inputs, undeclared: this.undeclared(type, name) };
    try {
      return createResource(resource, this.deployment);
    } catch (error) {
      if (!(error instanceof UnknownResourceError)) {
        throw error;
      }
      // An answer all the same, so that one unknown type is one error and not one for everything that uses the
      // resource.
      this.errors.push({ resource: describeResource(resource), error });
      return { id: name, outputs: {} };
    }
  }
}

function isComponent(request: RegisterRequest): boolean {
  return !request.getCustom() && !request.getRemote();
}

function withoutProviderCode(inputs: Json): Json {
  return "__provider" in inputs ? { ...inputs, __provider: providerCodeMarker } : inputs;
}

function propertyDependencies(request: RegisterRequest): Record<string, readonly string[]> {
  return Object.fromEntries(
    request
      .getPropertydependenciesMap()
      .toArray()
      .map(([property, dependencies]: [string, unknown]): [string, string[]] => [property, sortedUrns(dependencies)])
      .filter(([, urns]) => urns.length > 0),
  );
}

function recordedOptions(request: RegisterRequest): RecordedOptions {
  const timeouts: Record<string, string> = { ...request.getCustomtimeouts()?.toObject() };
  const options: RecordedOptions = {
    protect: request.getProtect() || undefined,
    retainOnDelete: request.getRetainondelete() || undefined,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: nonEmpty(request.getIgnorechangesList()),
    replaceOnChanges: nonEmpty(request.getReplaceonchangesList()),
    replaceWith: nonEmpty(request.getReplaceWithList()),
    deletedWith: request.getDeletedwith() || undefined,
    additionalSecretOutputs: nonEmpty(request.getAdditionalsecretoutputsList()),
    aliases: nonEmpty(request.getAliasesList().map((alias) => alias.getUrn() || JSON.stringify(alias.toObject().spec))),
    importId: request.getImportid() || undefined,
    timeouts: nonEmptyObject(Object.fromEntries(Object.entries(timeouts).filter(([, duration]) => duration !== ""))),
    provider: request.getProvider() || undefined,
    providers: nonEmptyObject(Object.fromEntries<string>(request.getProvidersMap().toArray())),
  };
  return Object.fromEntries(Object.entries(options).filter(([, option]) => option !== undefined));
}

function nonEmpty(list: string[]): string[] | undefined {
  return list.length === 0 ? undefined : list;
}

function nonEmptyObject(object: Record<string, string>): Record<string, string> | undefined {
  return Object.keys(object).length === 0 ? undefined : object;
}

function sortedUrns(dependencies: unknown): string[] {
  // The map's raw entries hold the message's fields in order; the first is the list of URNs.
  const [urns] = dependencies as [readonly string[] | undefined];
  return urns === undefined ? [] : [...urns].sort();
}

/** The one method of a protobuf Struct which Pulumi's runtime calls on an answer. */
function struct(object: Json): { toJavaScript(): Json } {
  return { toJavaScript: () => object };
}
