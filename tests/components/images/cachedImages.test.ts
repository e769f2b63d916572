import assert from "node:assert/strict";
import { AwsError } from "../../aws/awsProtocol";
import { imageId, index, ProofHarness, probeTask, repository } from "../connectivityProof/proofHarness";

/** An index as AWS's own images have it, with more than one image for an architecture. */
const several = JSON.stringify({
  manifests: [
    { digest: "sha256:windows", platform: { architecture: "arm64", os: "windows" } },
    { digest: "sha256:attestation", platform: { architecture: "unknown", os: "unknown" } },
    { digest: "sha256:amd", platform: { architecture: "amd64", os: "linux" } },
    { digest: "sha256:arm", platform: { architecture: "arm64", os: "linux" } },
  ],
});

describe("the proof that images are in the private registry", () => {
  const harness = new ProofHarness();
  type Answer = (typeof harness.double.answers)[string];

  it("waits until every layer has arrived", async () => {
    const counts = [1, 2, 3];
    harness.double.answers.BatchCheckLayerAvailability = (input) => ({
      layers: (input.layerDigests as string[]).map((layerDigest, position) => ({
        layerDigest,
        layerAvailability: position < (counts[0] ?? 0) ? "AVAILABLE" : "UNAVAILABLE",
      })),
      failures: counts.length > 1 ? [counts.shift()].slice(1) : [],
    });
    await harness.prove();
    assert.equal(harness.double.inputs("BatchCheckLayerAvailability").length, 3);
  });

  const missing: [what: string, operation: string, answer: Answer, seen: string][] = [
    ["the tag", "BatchGetImage", () => ({ images: [], failures: [{ failureCode: "ImageNotFound" }] }), "the tag 3.6.7"],
    [
      "the tag, told by an error",
      "BatchGetImage",
      () => {
        throw new AwsError("ImageNotFoundException");
      },
      "the tag 3.6.7",
    ],
    [
      "the image for the task's architecture",
      "BatchGetImage",
      (input) => (imageId(input).imageTag === undefined ? { images: [] } : { images: [{ imageManifest: index }] }),
      "the image for ARM64",
    ],
    [
      "a layer",
      "BatchCheckLayerAvailability",
      () => ({ layers: [{ layerDigest: "sha256:one", layerAvailability: "AVAILABLE" }] }),
      "2 of 3 layers",
    ],
  ];
  for (const [what, operation, answer, seen] of missing) {
    it(`gives up when the private registry lacks ${what}, and runs no task`, async () => {
      harness.double.answers[operation] = answer;
      const end = `aws-xray-daemon:3.6.7 to be complete in the private registry (still missing: ${seen})`;
      const message = await harness.failure({ deadlineSeconds: 0.1 });
      assert.ok(message.endsWith(end), message);
      assert.deepEqual(harness.double.inputs("RunTask"), []);
    });
  }

  for (const [cpuArchitecture, expected] of [
    ["ARM64", "sha256:arm"],
    ["X86_64", "sha256:amd"],
  ] as const) {
    it(`looks at the image for ${cpuArchitecture} and Linux`, async () => {
      const digests: unknown[] = [];
      harness.double.answers.BatchGetImage = (input) => {
        digests.push(imageId(input).imageDigest);
        return { images: [{ imageManifest: digests.length === 1 ? several : "{}" }] };
      };
      await harness.prove({ tasks: [{ ...probeTask, cachedImages: [{ repository, tag: "3.6.7", cpuArchitecture }] }] });
      assert.deepEqual(digests, [undefined, expected]);
    });
  }

  it("says at once that a tag is not made for the task's architecture", async () => {
    harness.double.answers.BatchGetImage = () => ({ images: [{ imageManifest: '{"manifests":[]}' }] });
    assert.equal(
      await harness.failure(),
      "traced-fargate-dev/xray/aws-xray-daemon:3.6.7 has no image for ARM64; choose another tag or architecture",
    );
  });
});
