import assert from "node:assert/strict";
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { evaluateStack } from "../../../tools/evaluation/evaluate";
import { requireTool } from "../tools";
import { BuildKit, pushBaseImage } from "./buildkit";
import { type Build, nodeImage, readBuilds } from "./builds";
import { ContainerHost } from "./containerHost";
import { Registry } from "./registry";
import { requireContainers } from "./requireContainers";

const root = join(__dirname, "../../..");
const baseImage = nodeImage.replace(/^[^/]*\//, "");

describe("an image which BuildKit builds and pushes to a registry with immutable tags", function () {
  this.timeout(300_000);
  let host: ContainerHost;
  let registry: Registry;
  let build: Build;
  let output: string;
  /** The digest of what was pushed first. */
  let first: string;

  before(async function () {
    const baseImages = requireContainers(this);
    for (const tool of ["buildkitd", "buildctl"] as const) requireTool(this, tool);
    const { resources } = await evaluateStack("dev", root);
    const [image] = readBuilds(resources, root);
    assert.ok(image);
    build = { ...image, platform: process.arch === "arm64" ? "linux/arm64" : "linux/amd64" };
    const child = resources.find(({ type }) => type === "docker-build:index:Image");
    assert.ok(child);
    [{ raw: output }] = child.inputs.exports as [{ raw: string }];
    host = await ContainerHost.open(baseImages, join(__dirname, "taskNetwork.ts"));
    const repositories = [build.repository, "with-cache", baseImage.split(":")[0] ?? ""];
    registry = await new Registry(host.folder, repositories).listen();
    await pushBaseImage(host, registry, nodeImage, baseImage);
  });
  after(async () => {
    await registry?.close();
    await host?.close();
  });

  const coldBuilder = () => new BuildKit(host, registry.host).open();
  /** Manifests that something has tried to put into the registry, since the last time. */
  const putManifests = () => registry.calls.splice(0).filter((call) => /^PUT \S+ manifests/.test(call));

  it("has the same digest when it is built again, and is not pushed then", async () => {
    const builder = await coldBuilder();
    registry.calls.splice(0);
    first = await builder.push(registry, build, { output });
    assert.deepEqual(putManifests(), [`PUT ${build.repository} manifests/${build.tag}`]);
    assert.equal(await builder.push(registry, build, { output }), first);
    assert.deepEqual(putManifests(), []);
  });

  it("has the same digest from a builder that has built nothing, after another image was pushed", async () => {
    const builder = await coldBuilder();
    const context = join(host.folder, "changed");
    cpSync(build.context, context, { recursive: true });
    const file = join(context, "app/hello/service.ts");
    writeFileSync(file, readFileSync(file, "utf8").replace("Hello X-Ray!", "Hello again!"));
    assert.notEqual(await builder.push(registry, { ...build, tag: "changed", context }, { output }), first);
    putManifests();
    assert.equal(await (await coldBuilder()).push(registry, build, { output }), first);
    assert.deepEqual(putManifests(), []);
  });

  it("would be refused as `awsx.ecr.Image` has it built by default, once its cache cannot be read", async () => {
    const { SOURCE_DATE_EPOCH: _, ...buildArgs } = build.buildArgs;
    const plain = { ...build, repository: "with-cache", buildArgs };
    const options = { output: "type=registry", inlineCache: true };
    const digest = await (await coldBuilder()).push(registry, plain, options);
    const builder = await coldBuilder();
    assert.equal(await builder.push(registry, plain, options), digest);
    await assert.rejects(
      (await coldBuilder()).push(registry, plain, { output: "type=registry" }),
      /The image tag '\w+' already exists in the 'with-cache' repository and cannot be overwritten/,
    );
  });
});
