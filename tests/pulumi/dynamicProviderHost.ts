import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { credentials, type ServiceError } from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import { TestProcess } from "../processes/testProcess";

/** Properties of a resource as they travel between the CLI and the host: plain JSON, `__provider` among them. */
export type Properties = Record<string, unknown>;

/** The text which Pulumi stores as `__provider`: the provider with all the code it needs. */
export async function serializeProvider(provider: pulumi.dynamic.ResourceProvider): Promise<string> {
  return (await pulumi.runtime.serializeFunction(() => provider, { allowSecrets: true })).text;
}

/** What a failed call says. `partial` is what Pulumi would save of a create or update that got stuck half way. */
export class HostError extends Error {
  constructor(
    message: string,
    readonly partial?: { id: string; properties: Properties; reasons: string[] },
  ) {
    super(message);
  }
}

export interface HostOptions {
  /** The project's name, as the CLI would tell. @default "test" */
  project?: string;
  /** More environment; undefined removes a variable. The host gets made-up AWS credentials in any case. */
  env?: Record<string, string | undefined>;
}

/** Pulumi's own dynamic-provider host in a process of its own, driven over gRPC as the CLI drives it. */
export class DynamicProviderHost {
  private constructor(
    private readonly host: TestProcess,
    private readonly client: ResourceProviderClient,
  ) {}

  get process(): ChildProcess {
    return this.host.child;
  }

  /** @throws with what it wrote when it ends before it listens */
  static async start(options: HostOptions = {}): Promise<DynamicProviderHost> {
    const program = resolve(__dirname, "../../node_modules/@pulumi/pulumi/cmd/dynamic-provider");
    const host = new TestProcess([process.execPath, program, "127.0.0.1:1"], {
      env: {
        ...process.env,
        // The host runs serialised text, which no coverage can be mapped to.
        NODE_V8_COVERAGE: undefined,
        NODE_NO_WARNINGS: "1",
        PULUMI_NODEJS_PROJECT: options.project ?? "test",
        AWS_ACCESS_KEY_ID: "AKIATEST",
        AWS_SECRET_ACCESS_KEY: "test",
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        AWS_PROFILE: undefined,
        ...options.env,
      },
    });
    const [port] = await host.prints(/^\d+(?=\n)/);
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
    const started = new DynamicProviderHost(host, client);
    const configure = new messages.ConfigureRequest().setArgs(Struct.fromJavaScript({}));
    try {
      await call<messages.ConfigureResponse>((done) => client.configure(configure, done));
    } catch (error) {
      await started.stop();
      throw error;
    }
    return started;
  }

  /** All it wrote on stderr: what the CLI would show. */
  get stderr(): string {
    return this.host.errors;
  }

  async check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: string[] }> {
    const request = new messages.CheckRequest().setOlds(struct(olds)).setNews(struct(news));
    const answer = await call<messages.CheckResponse>((done) => this.client.check(request, done));
    const failures = answer.getFailuresList().map((failure) => `${failure.getProperty()}: ${failure.getReason()}`);
    return { inputs: plain(answer.getInputs()), failures };
  }

  async diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: boolean; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new messages.DiffRequest().setId(id).setOlds(struct(olds)).setNews(struct(news));
    const answer = await call<messages.DiffResponse>((done) => this.client.diff(request, done));
    return {
      changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(properties: Properties): Promise<{ id: string; properties: Properties }> {
    const request = new messages.CreateRequest().setProperties(struct(properties));
    return idAndProperties(await call<messages.CreateResponse>((done) => this.client.create(request, done)));
  }

  /** An empty id means that the resource is gone. */
  async read(id: string, properties: Properties): Promise<{ id: string; properties: Properties }> {
    const request = new messages.ReadRequest().setId(id).setProperties(struct(properties));
    return idAndProperties(await call<messages.ReadResponse>((done) => this.client.read(request, done)));
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const request = new messages.UpdateRequest().setId(id).setOlds(struct(olds)).setNews(struct(news));
    return plain((await call<messages.UpdateResponse>((done) => this.client.update(request, done))).getProperties());
  }

  async delete(id: string, properties: Properties): Promise<void> {
    const request = new messages.DeleteRequest().setId(id).setProperties(struct(properties));
    await call((done) => this.client.delete(request, done));
  }

  /** Ends the host, with SIGKILL unless told otherwise, and waits until it is gone and all it wrote has arrived. */
  async stop(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    this.client.close();
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, "close");
    this.process.kill(signal);
    await gone;
  }
}

/** What Pulumi's state keeps of one resource. */
export interface ResourceState {
  id: string;
  inputs: Properties;
  outputs: Properties;
  /** Why it is unfinished, when a create or update got stuck half way. */
  initErrors: string[];
}

/** One resource as the engine manages it: `up`, `refresh` and `destroy` over the state that Pulumi would keep. */
export class ManagedResource {
  state: ResourceState | undefined;

  constructor(
    readonly host: DynamicProviderHost,
    private readonly provider: string,
  ) {}

  /** What `pulumi up` does with the resource; answers the step it took. */
  async up(inputs: Properties): Promise<"create" | "same" | "update" | "replace"> {
    const old = this.state;
    const news = { ...inputs, __provider: this.provider };
    const checked = await this.host.check(old?.inputs ?? {}, news);
    if (checked.failures.length > 0) throw new HostError(checked.failures.join("; "));
    if (old === undefined) {
      await this.create(checked.inputs);
      return "create";
    }
    const diff = await this.host.diff(old.id, old.outputs, checked.inputs);
    if (diff.replaces.length > 0) {
      if (!diff.deleteBeforeReplace) throw new Error("replacement in the other order is not modelled");
      await this.destroy();
      await this.create(checked.inputs);
      return "replace";
    }
    // A resource with initialisation errors is updated even when nothing differs.
    if (!diff.changes && old.initErrors.length === 0) {
      this.state = { ...old, inputs: checked.inputs };
      return "same";
    }
    await this.keepPartial(checked.inputs, async () => ({
      id: old.id,
      properties: await this.host.update(old.id, old.outputs, checked.inputs),
    }));
    return "update";
  }

  /** What `pulumi refresh` does; answers whether the outputs changed. */
  async refresh(): Promise<boolean> {
    const old = this.state;
    if (old === undefined) return false;
    const read = await this.host.read(old.id, old.outputs);
    this.state = read.id === "" ? undefined : { ...old, outputs: read.properties };
    return !isDeepStrictEqual(old.outputs, this.state?.outputs);
  }

  async destroy(): Promise<void> {
    if (this.state === undefined) return;
    await this.host.delete(this.state.id, this.state.outputs);
    this.state = undefined;
  }

  private create(inputs: Properties): Promise<void> {
    return this.keepPartial(inputs, () => this.host.create(inputs));
  }

  private async keepPartial(
    inputs: Properties,
    run: () => Promise<{ id: string; properties: Properties }>,
  ): Promise<void> {
    try {
      const { id, properties } = await run();
      this.state = { id, inputs, outputs: properties, initErrors: [] };
    } catch (error) {
      if (error instanceof HostError && error.partial !== undefined) {
        const { id, properties, reasons } = error.partial;
        this.state = { id, inputs, outputs: properties, initErrors: reasons };
      }
      throw error;
    }
  }
}

function struct(properties: Properties): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function plain(properties: Struct | undefined): Properties {
  return properties?.toJavaScript() ?? {};
}

function idAndProperties(from: { getId(): string; getProperties(): Struct | undefined }) {
  return { id: from.getId(), properties: plain(from.getProperties()) };
}

function call<T>(start: (done: (error: ServiceError | null, answer: T) => void) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    start((error, answer) => (error === null ? resolve(answer) : reject(hostError(error))));
  });
}

function hostError(error: ServiceError): HostError {
  const [details] = error.metadata.get("grpc-status-details-bin");
  if (!(details instanceof Uint8Array)) return new HostError(error.details);
  const [packed] = Status.deserializeBinary(details).getDetailsList();
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(packed?.getValue_asU8() ?? new Uint8Array());
  return new HostError(error.details, { ...idAndProperties(failed), reasons: failed.getReasonsList() });
}
