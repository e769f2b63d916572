import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { xrayDaemon } from "../../../components/collectors/xrayDaemon";
import { StackImages } from "../../../components/images/stackImages";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

const daemon = xrayDaemon({
  collectorImageTag: "3.6.7",
  collectorCpu: 32,
  collectorMemoryReservation: 256,
  collectorLogLevel: "info",
});

describe("StackImages", () => {
  let context: string;
  before(() => {
    context = mkdtempSync(join(tmpdir(), "context-"));
    mkdirSync(join(context, "app"));
    writeFileSync(join(context, ".dockerignore"), "*\n!app/**\n");
    writeFileSync(
      join(context, "app/Dockerfile"),
      "FROM scratch AS service\nFROM service AS packed\nFROM scratch AS daemon\n",
    );
  });
  after(() => rmSync(context, { recursive: true }));

  const args = (collector: typeof daemon) => ({
    region: "eu-central-1",
    context,
    services: [
      { name: "page", callers: ["client"], traced: false },
      { name: "bff", callers: ["page"], traced: true },
    ],
    collector,
    collectorImageSource: "pull-through-cache" as const,
    cachePrefix: "prefix",
    cpuArchitecture: "ARM64" as const,
  });

  it("gives each service its own images and what pulling just these takes, and the endpoints all of them", async () => {
    const images = await evaluateComponent(() => {
      const made = new StackImages("images", args(daemon));
      const { fetched, fetchedBy, endpoints } = made;
      return { page: made.of("page"), bff: made.of("bff"), fetched, fetchedBy, endpoints };
    });
    const arnOf = (name: string) => images.one("aws:ecr/repository:Repository", name).outputs.arn;
    const { page, bff, fetched, endpoints } = images.outputs as Record<string, Record<string, unknown>>;
    const pulled = ({ pullStatements }: Record<string, unknown> = {}) =>
      (pullStatements as { Sid: string; Resource: unknown }[]).map(({ Sid, Resource }) => [Sid, Resource]);
    assert.deepEqual(pulled(page), [
      ["LogInToRegistry", ["*"]],
      ["PullImages", [arnOf("page")]],
    ]);
    assert.deepEqual(pulled(bff), [
      ["LogInToRegistry", ["*"]],
      ["PullImages", [arnOf("bff"), arnOf("collector")]],
      ["ImportUpstreamImages", [arnOf("collector")]],
    ]);
    assert.deepEqual([page?.collectorImage, page?.cachedImages], [undefined, []]);
    assert.deepEqual(fetched, { collectorImage: bff?.collectorImage });
    assert.deepEqual(images.outputs.fetchedBy, ["bff"]);
    assert.deepEqual(bff?.cachedImages, [
      { repository: "prefix/xray/aws-xray-daemon", tag: "3.6.7", cpuArchitecture: "ARM64" },
    ]);
    const all = JSON.stringify(endpoints);
    for (const name of ["page", "bff", "collector"]) assert.ok(all.includes(String(arnOf(name))), name);
  });

  it("fetches nothing when the deployment itself brings the collector's image", async () => {
    const images = await evaluateComponent(() => {
      const { fetched, fetchedBy } = new StackImages("images", { ...args(daemon), collectorImageSource: "mirror" });
      return { fetched, fetchedBy };
    });
    assert.deepEqual(images.outputs, { fetched: {}, fetchedBy: [] });
  });

  it("fetches nothing for a collector without an image of its own, and builds the app's from its target", async () => {
    const { image: _, ...packed } = { ...daemon, appTarget: "packed" as const, appBuildArgs: { DAEMON: "image" } };
    const images = await evaluateComponent(() => {
      const made = new StackImages("images", args(packed));
      return { bff: made.of("bff"), fetched: made.fetched };
    });
    assert.deepEqual(
      images.ofType("awsx:ecr:Image").map(({ name, inputs }) => [name, inputs.target, inputs.args]),
      [
        ["page", "service", { SERVICE: "page" }],
        ["bff", "packed", { SERVICE: "bff", DAEMON: "image" }],
      ],
    );
    assert.deepEqual(images.outputs.fetched, {});
    assert.deepEqual(images.ofType("aws:ecr/pullThroughCacheRule:PullThroughCacheRule"), []);
  });

  it("says whose images it has when asked for others", async () => {
    await assert.rejects(
      evaluateComponent(() => new StackImages("images", args(daemon)).of("date")),
      /there are no images of "date", only of page, bff/,
    );
  });
});
