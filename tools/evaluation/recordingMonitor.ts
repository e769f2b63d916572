import type * as resourceProto from "@pulumi/pulumi/proto/resource_pb";
import type { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { errorMessage } from "../values";
import { answerFunction, type Deployment } from "./awsFunctions";
import { createResource, UnknownResourceError } from "./awsResources";
import type { CreatedResource } from "./creations";
import { describeResource, type RecordedOptions, type RecordedResource } from "./evaluation";
import { providerCodeMarker } from "./providerCode";
import { childrenOfRemoteComponent } from "./remoteComponents";
import type { Transforms } from "./transforms";
import { plainValue } from "./wireFormat";

type Callback = (error: Error | null, response?: object) => void;
type Json = { [key: string]: unknown };
type Inputs = Readonly<Json>;
type RegisterRequest = resourceProto.RegisterResourceRequest;

/** A problem met while answering the program. */
interface MonitorError {
  readonly resource: string;
  readonly error: Error;
}

/**
 * Stands in for the Pulumi engine's resource monitor and writes down everything it is asked. Pulumi's own mocks hand on
 * type, name and inputs only, give simplified URNs and accept two resources of one name.
 */
export class RecordingMonitor implements Pick<MockMonitor, "invoke" | "readResource" | "registerResource"> {
  readonly resources: RecordedResource[] = [];
  /** What other processes make beneath a component that runs there, by its URN. */
  readonly madeElsewhere = new Map<string, readonly RecordedResource[]>();
  readonly errors: MonitorError[] = [];
  /** Grows with every request, so that an observer can see whether anything still happens. */
  activity = 0;

  constructor(
    private readonly stack: string,
    private readonly project: string,
    private readonly deployment: Deployment,
    private readonly transforms: Transforms,
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
      const details = errorMessage(error);
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
    const type = request.getType();
    const name = request.getName();
    const custom = request.getCustom();
    const urn = this.urnOf(request.getParent(), type, name);
    const { inputs, options } = await this.transforms.apply(
      { type, name, custom, inputs: withoutProviderCode(value as Json), options: recordedOptions(request) },
      urn,
      request.getParent(),
      request.getTransformsList().map((transform) => transform.getToken()),
    );
    const created = isComponent(request) ? undefined : this.create(urn, type, name, inputs);
    const outputs = { ...inputs, ...created?.outputs };
    this.resources.push({
      urn,
      type,
      name,
      ...(request.getParent() === "" ? {} : { parent: request.getParent() }),
      custom,
      remote: request.getRemote(),
      dependencies: [...request.getDependenciesList()].sort(),
      propertyDependencies: propertyDependencies(request),
      inputs,
      secrets,
      ...(created === undefined || request.getRemote() ? {} : { id: created.id }),
      outputs: created === undefined ? {} : outputs,
      options,
    });
    if (request.getRemote()) this.madeElsewhere.set(urn, await this.childrenOf(urn, type, inputs));
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
    // Output values would reach us as objects instead of what they hold.
    const unsupported = ["outputValues", "invokeTransforms"];
    callback(null, { getHassupport: () => !unsupported.includes(request.getId()) });
  }

  registerPackage(_request: resourceProto.RegisterPackageRequest, callback: Callback): void {
    callback(null, { getRef: () => "package" });
  }

  /** The URN as the engine builds it: the types of all ancestors but the stack's stand before the type. */
  private urnOf(parent: string, type: string, name: string): string {
    const ancestors = parent.split("::")[2] ?? "";
    const prefix = ancestors === "" || ancestors === "pulumi:pulumi:Stack" ? "" : `${ancestors}$`;
    return `urn:pulumi:${this.stack}::${this.project}::${prefix}${type}::${name}`;
  }

  private childrenOf(parent: string, type: string, inputs: Inputs): Promise<RecordedResource[]> {
    return Promise.all(
      childrenOfRemoteComponent(type, inputs).map(async (child) => {
        const urn = this.urnOf(parent, child.type, child.name);
        const resource = { ...child, custom: true, options: {} };
        return {
          ...(await this.transforms.apply(resource, urn, parent)),
          urn,
          parent,
          remote: false,
          dependencies: [],
          propertyDependencies: {},
          secrets: [],
          outputs: {},
        };
      }),
    );
  }

  private create(urn: string, type: string, name: string, inputs: Inputs): CreatedResource {
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
