import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Collector } from "../../../components/collectors/collector";
import { untraced } from "../../../components/collectors/untraced";
import { BuildContext } from "../../../components/images/buildContext";
import { StackImages } from "../../../components/images/stackImages";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";
import { sidecar } from "../collectors/daemonSettings";

describe("StackImages", () => {
  let context: string;
  before(() => {
    context = mkdtempSync(join(tmpdir(), "context-"));
    mkdirSync(join(context, "app"));
    const stages = ["scratch AS service", "service AS packed", "scratch AS daemon"];
    writeFileSync(join(context, ".dockerignore"), "*\n!app/**\n");
    writeFileSync(join(context, "app/Dockerfile"), stages.map((stage) => `FROM ${stage}\n`).join(""));
  });
  after(() => rmSync(context, { recursive: true }));

  const evaluate = (collector: Collector, collectorImageSource: "pull-through-cache" | "mirror", asked = "bff") =>
    evaluateComponent(() => {
      const images = new StackImages("images", {
        region: "eu-central-1",
        context,
        services: [
          { name: "page", collector: untraced },
          { name: "bff", collector },
        ],
        collectorImageSource,
        cachePrefix: "prefix",
        cpuArchitecture: "ARM64",
      });
      const { cachedImages } = images.of(asked);
      return { fetched: images.fetched, fetchedBy: images.fetchedBy, cachedImages };
    });
  const built = (images: ComponentEvaluation) =>
    images.ofType("awsx:ecr:Image").map(({ name, inputs }) => [name, inputs.target]);
  const nothing = { fetched: {}, fetchedBy: [], cachedImages: [] };

  it("fetches the collector's image through the cache, for the services which it runs beside", async () => {
    const images = await evaluate(sidecar, "pull-through-cache");
    const { repositoryUrl } = images.one("aws:ecr/repository:Repository", "collector").outputs;
    assert.deepEqual(images.outputs, {
      fetched: { collectorImage: `${repositoryUrl}:3.6.7` },
      fetchedBy: ["bff"],
      cachedImages: [{ repository: "prefix/xray/aws-xray-daemon", tag: "3.6.7", cpuArchitecture: "ARM64" }],
    });
  });

  it("fetches nothing when the deployment itself brings the collector's image", async () => {
    const images = await evaluate(sidecar, "mirror");
    assert.deepEqual(images.outputs, nothing);
    assert.deepEqual(built(images).at(-1), ["collector", "daemon"]);
  });

  it("fetches nothing for a collector without an image of its own, and builds the app's from its target", async () => {
    const packed = { ...untraced, appTarget: "packed", appBuildArgs: { DAEMON: "image" } } as const;
    const images = await evaluate(packed, "pull-through-cache");
    assert.deepEqual(images.outputs, nothing);
    assert.deepEqual(built(images), [
      ["page", "service"],
      ["bff", "packed"],
    ]);
    const args = { SERVICE: "bff", DAEMON: "image" };
    const build = { target: "packed", platform: "linux/arm64", ...args };
    const imageTag = BuildContext.read(context, "packed", args).tag(build);
    const place = relative(process.cwd(), join(context, "node_modules/.cache/traced-fargate/build-contexts", imageTag));
    const { inputs } = images.one("awsx:ecr:Image", "bff");
    assert.deepEqual([inputs.args, inputs.imageTag, inputs.context], [args, imageTag, place]);
  });

  it("says whose images it has when asked for others", async () => {
    await assert.rejects(evaluate(sidecar, "mirror", "date"), /there are no images of "date", only of page, bff/);
  });
});
