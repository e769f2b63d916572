import { connectivityProof } from "../../../components/connectivityProof/connectivityProof";
import { packProvider } from "../../../components/dynamicProvider/dynamicResource";
import { type Proof, releaseProvider } from "../../../components/temporaryNatGateway/release";
import {
  type DynamicProviderHost,
  ManagedResource,
  type Properties,
  type ResourceState,
  serializeProvider,
} from "../../pulumi/dynamicProviderHost";
import { leaseInputs, releaseInputs, tagKey } from "../../pulumi/leaseInputs";
import { leaseProviders } from "../../pulumi/leaseProviders";

type ConnectivityProofInputs = Parameters<ReturnType<typeof connectivityProof>["prove"]>[0];

/** The proof's inputs, as the service's probe would give them. */
export const proofInputs: ConnectivityProofInputs = {
  tasks: [
    {
      service: "hello",
      cluster: "arn:cluster",
      taskDefinition: "arn:task-definition:7",
      platformVersion: "1.4.0",
      subnetIds: ["subnet-private"],
      securityGroupIds: ["sg-containers"],
      container: "hello",
      command: ["node", "probe.cjs"],
      logGroup: "/traced-fargate/dev/hello",
      cachedImages: [{ repository: "traced-fargate-dev/xray", tag: "3.6.7", cpuArchitecture: "ARM64" }],
    },
  ],
  deadlineSeconds: 20,
  pollSeconds: 0.002,
};

/** What changes from one `up` to the next. */
export interface ProgramInputs {
  readonly collectorImage: string;
  readonly waits?: ReturnType<typeof leaseInputs>["waits"];
  readonly proof?: ConnectivityProofInputs;
}

const long = { availableSeconds: 20, deletedSeconds: 20, settleSeconds: 20 };
const shortWaits = { ...long, pollSeconds: 0.002, retrySeconds: 0.002 };

/** The resources of the program, in the order of their creation. */
const resourceNames = ["safeguard", "lease", "release"] as const;
export type ResourceName = (typeof resourceNames)[number];

/** What Pulumi keeps of the stack. */
export type StackState = { readonly [name in ResourceName]?: ResourceState };

/** The providers' texts, as Pulumi stores them. */
export type Providers = { readonly [name in ResourceName]: string };

/**
 * Packed as in a partial failure: most of the time of a call to the host would go into carrying the text to and fro.
 */
export async function serializeProviders(): Promise<Providers> {
  const { prove } = connectivityProof([]);
  return {
    safeguard: packProvider(await serializeProvider(leaseProviders.safeguard)),
    lease: packProvider(await serializeProvider(leaseProviders.lease)),
    release: packProvider(await serializeProvider(releaseProvider(tagKey, prove as Proof<unknown>["prove"]))),
  };
}

/** A stack as the engine manages it in one process: each resource after the other, ending at the first that fails. */
export class Stack {
  private readonly resources: { readonly [name in ResourceName]: ManagedResource };

  constructor(
    host: DynamicProviderHost,
    providers: Providers,
    state: StackState,
    /** Called before each resource's turn. */
    private readonly turn: (name: ResourceName) => void | Promise<void> = () => {},
  ) {
    const managed = (name: ResourceName) => {
      const resource = new ManagedResource(host, providers[name]);
      resource.state = state[name];
      return resource;
    };
    this.resources = { safeguard: managed("safeguard"), lease: managed("lease"), release: managed("release") };
  }

  /** What `pulumi up` does. */
  async up({ collectorImage, waits = shortWaits, proof = proofInputs }: ProgramInputs): Promise<void> {
    const { reopenWhen, ...lease } = leaseInputs({ waits, reopenWhen: { collectorImage } });
    await this.take("safeguard", lease);
    await this.take("lease", { ...lease, reopenWhen });
    const { generation, natGatewayId } = this.resources.lease.state?.outputs ?? {};
    await this.take("release", { ...releaseInputs(Number(generation), { waits, proof }), natGatewayId });
  }

  private async take(name: ResourceName, inputs: Properties): Promise<void> {
    await this.turn(name);
    await this.resources[name].up(inputs);
  }

  /** What `pulumi destroy` does. */
  async destroy(): Promise<void> {
    for (const name of [...resourceNames].reverse()) {
      if (this.resources[name].state === undefined) continue;
      await this.turn(name);
      await this.resources[name].destroy();
    }
  }

  get state(): StackState {
    const states = resourceNames.map((name) => [name, structuredClone(this.resources[name].state)]);
    return Object.fromEntries(states.filter(([, state]) => state !== undefined));
  }

  /** Whether the release says `released`. */
  get status(): unknown {
    return this.resources.release.state?.outputs.status;
  }
}
