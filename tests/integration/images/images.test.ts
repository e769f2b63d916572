import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { clone, preview } from "../clone";
import { type Build, buildImage, pushImage, readBuilds } from "./builds";
import { ContainerHost } from "./containerHost";
import { Registry } from "./registry";
import { requireContainers } from "./requireContainers";

describe("the app's image in a registry with immutable tags", function () {
  this.timeout(180_000);
  let host: ContainerHost;
  let registry: Registry;
  let here: string;
  let there: string;
  let first: Build;

  before(async function () {
    host = await ContainerHost.open(requireContainers(this), join(__dirname, "taskNetwork.ts"));
    here = clone(join(host.folder, "here"), "002");
    there = clone(join(host.folder, "another/place"), "077");
    first = buildOf(here);
    registry = await new Registry(host.folder, [first.repository]).listen();
  });
  after(async () => {
    await registry?.close();
    await host?.close();
  });

  /** The build of the stack `dev` in a clone. */
  const buildOf = (directory: string): Build => {
    const [build, ...others] = readBuilds(preview(directory, "dev").resources, directory);
    assert.ok(build);
    assert.deepEqual(others, []);
    return build;
  };
  /** Calls that put something into the registry, since the last time. */
  const written = () => registry.calls.splice(0).filter((call) => !/^(GET|HEAD) /.test(call));
  const pull = async ({ repository }: Build, digest: string) => {
    const image = `${registry.host}/${repository}@${digest}`;
    await host.output(host.podman("pull", "--quiet", "--tls-verify=false", image));
    return image;
  };

  it("has the same tag and the same content from two clones at different paths and umasks, and is pushed once", async () => {
    const digest = await pushImage(host, registry, await buildImage(host, first, "002"), first);
    assert.match(written().at(-1) ?? "", new RegExp(`^PUT ${first.repository} manifests/${first.tag}$`));
    const second = buildOf(there);
    assert.notEqual(second.context, first.context);
    assert.deepEqual({ ...second, context: first.context, dockerfile: first.dockerfile }, first);
    assert.equal(await pushImage(host, registry, await buildImage(host, second, "077"), second), digest);
    assert.deepEqual(written(), []);
  });

  it("runs as the user of the task definition, and says what it listens on", () => {
    const { config } = registry.configOf(first.repository, first.tag);
    assert.deepEqual(
      [config.User, config.Cmd, Object.keys(config.ExposedPorts ?? {}), config.StopSignal],
      ["1000", ["node", "service.cjs"], ["8080/tcp"], undefined],
    );
  });

  it("has another tag when it is changed; the one before is still there, and is what a deployment goes back to", async () => {
    const before = registry.find(first.repository, first.tag);
    const file = join(there, "app/hello/service.ts");
    const original = readFileSync(file, "utf8");
    writeFileSync(file, original.replace("Hello X-Ray!", "Hello again!"));
    const changed = buildOf(there);
    assert.notEqual(changed.tag, first.tag);
    const image = await buildImage(host, changed);
    const digest = await pushImage(host, registry, image, changed);
    assert.notEqual(digest, before?.digest);
    assert.deepEqual(registry.find(first.repository, first.tag), before);

    // The tag of one content cannot be given to another.
    await assert.rejects(
      pushImage(host, registry, image, first),
      /tag invalid: The image tag '\w+' already exists in the '\S+' repository and cannot be overwritten/,
    );
    assert.deepEqual(registry.find(first.repository, first.tag), before);

    // Back to the first content: the first test has shown that it is built the same again, and so is not pushed.
    writeFileSync(file, original);
    assert.equal(buildOf(there).tag, first.tag);
    const greetings = await Promise.all(
      [before?.digest ?? "", digest].map(async (which) => {
        const bundle = ["cat", "/service/service.cjs"];
        const options = [...host.runArguments, "--rm", await pull(first, which)];
        const code = await host.output(host.podman("run", ...options, ...bundle), "task");
        return /GREETING = "(.*)"/.exec(code)?.[1];
      }),
    );
    assert.deepEqual(greetings, ["Hello X-Ray!", "Hello again!"]);
  });

  it("is not built when the lock file is out of step with a package.json", async () => {
    const file = join(there, "app/hello/package.json");
    writeFileSync(file, readFileSync(file, "utf8").replace(/"esbuild": ".*"/, '"esbuild": "0.25.0"'));
    const mistaken = buildOf(there);
    assert.notEqual(mistaken.tag, first.tag);
    await assert.rejects(buildImage(host, mistaken), /`npm ci` can only install packages when .* are in sync/);
  });
});
