import assert from "node:assert/strict";
import { connectivityProof, type ProbeTask } from "../../../components/connectivityProof/connectivityProof";
import { withInterruption } from "../../../components/dynamicProvider/pollUntil";
import { ProofDouble } from "../../aws/proofDouble";
import { Clock } from "../../processes/clock";

export const taskArn = "arn:aws:ecs:eu-central-1:123456789012:task/cluster/0123456789abcdef";
export const repository = "traced-fargate-dev/xray/aws-xray-daemon";
export const probeTask: ProbeTask = {
  service: "hello",
  cluster: "arn:cluster",
  taskDefinition: "arn:task-definition:7",
  platformVersion: "1.4.0",
  subnetIds: ["subnet-1", "subnet-2"],
  securityGroupIds: ["sg-1"],
  container: "hello",
  command: ["node", "probe.cjs"],
  logGroup: "/traced-fargate/dev/hello",
  cachedImages: [{ repository, tag: "3.6.7", cpuArchitecture: "ARM64" }],
};

/** An image index with two images, of which each has a config and two layers. */
export const index = JSON.stringify({
  manifests: [
    { digest: "sha256:amd", platform: { architecture: "amd64", os: "linux" } },
    { digest: "sha256:arm", platform: { architecture: "arm64", os: "linux" } },
  ],
});
const image = JSON.stringify({
  config: { digest: "sha256:config" },
  layers: [{ digest: "sha256:one" }, { digest: "sha256:two" }],
});

type ConnectivityProofInputs = Parameters<ReturnType<typeof connectivityProof>["prove"]>[0];
type CallInput = Readonly<Record<string, unknown>>;

export const imageId = (input: CallInput) => (input.imageIds as { imageTag?: string; imageDigest?: string }[])[0] ?? {};

/** Proofs against a double of AWS whose images are complete and whose task passes, unless a test says otherwise. */
export class ProofHarness {
  private started: ProofDouble | undefined;
  private environment: NodeJS.ProcessEnv = {};
  private clockOfTest: Clock | undefined;

  /** To be called in a `describe`: starts a double for each of its tests. */
  constructor() {
    beforeEach(() => this.start());
    afterEach(() => this.stop());
  }

  get double(): ProofDouble {
    return this.started ?? assert.fail("the double runs during a test only");
  }

  /** The clock by which the proof's deadline passes. */
  get clock(): Clock {
    this.clockOfTest ??= new Clock();
    return this.clockOfTest;
  }

  async prove(changes: Partial<ConnectivityProofInputs> = {}): Promise<void> {
    const inputs = { tasks: [probeTask], deadlineSeconds: 600, pollSeconds: 0.001, ...changes };
    const { prove } = connectivityProof([]);
    await withInterruption((signal) => prove(inputs, { region: "eu-central-1", signal }));
  }

  /** What a proof that has to fail says. */
  async failure(changes?: Partial<ConnectivityProofInputs>): Promise<string> {
    try {
      await this.prove(changes);
    } catch (error) {
      return (error as Error).message;
    }
    return assert.fail("the proof passed");
  }

  private async start(): Promise<void> {
    this.started = await ProofDouble.start();
    this.environment = { ...process.env };
    Object.assign(process.env, this.double.environment);
    const states = ["PROVISIONING", "RUNNING", "STOPPED"];
    this.double.answers = {
      BatchGetImage: (input) => ({
        images: [{ imageManifest: imageId(input).imageTag === undefined ? image : index }],
      }),
      BatchCheckLayerAvailability: (input) => ({
        layers: (input.layerDigests as string[]).map((layerDigest) => ({
          layerDigest,
          layerAvailability: "AVAILABLE",
        })),
      }),
      RunTask: () => ({ tasks: [{ taskArn }], failures: [] }),
      DescribeTasks: () => {
        const lastStatus = states.length > 1 ? states.shift() : states[0];
        const containers = lastStatus === "STOPPED" ? [{ name: "hello", exitCode: 0 }] : [];
        return { tasks: [{ taskArn, lastStatus, containers }] };
      },
    };
  }

  private async stop(): Promise<void> {
    process.env = this.environment;
    this.clockOfTest?.restore();
    this.clockOfTest = undefined;
    await this.double.stop();
    assert.deepEqual(this.double.refused(), []);
  }
}
