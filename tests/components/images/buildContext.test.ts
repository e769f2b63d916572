import assert from "node:assert/strict";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { contentTag, placeContext, readImageContext } from "../../../components/images/buildContext";
import { listing } from "./listing";

const file = (path: string, content = "x", executable = false) => ({ path, content, executable });
const build = { target: "service", platform: "linux/arm64" };

describe("contentTag", () => {
  const tag = contentTag([file("a", "1"), file("b", "2")], build);

  it("is a short tag a registry accepts", () => assert.match(tag, /^[0-9a-f]{16}$/));

  it("does not depend on the order of the files or arguments", () => {
    const other = { platform: "linux/arm64", target: "service" };
    assert.equal(contentTag([file("b", "2"), file("a", "1")], other), tag);
  });

  const changes: [string, ReturnType<typeof file>[], Record<string, string>][] = [
    ["a file's content", [file("a", "1"), file("b", "3")], build],
    ["a file's path", [file("a", "1"), file("c", "2")], build],
    ["a file's mode", [file("a", "1"), file("b", "2", true)], build],
    ["one file fewer", [file("a", "1")], build],
    ["the target", [file("a", "1"), file("b", "2")], { ...build, target: "daemon" }],
    ["the platform", [file("a", "1"), file("b", "2")], { ...build, platform: "linux/amd64" }],
    ["a build argument", [file("a", "1"), file("b", "2")], { ...build, SERVICE: "hello" }],
  ];
  for (const [what, files, arguments_] of changes) {
    it(`changes with ${what}`, () => assert.notEqual(contentTag(files, arguments_), tag));
  }

  it("is different for different contexts, however their bytes are divided into paths and contents", () => {
    const files = fc.uniqueArray(fc.record({ path: fc.string(), content: fc.string() }), { selector: (f) => f.path });
    const canonical = (list: { path: string; content: string }[]) =>
      JSON.stringify([...list].sort((a, b) => (a.path < b.path ? -1 : 1)).map((f) => [f.path, f.content]));
    const tagOf = (list: { path: string; content: string }[]) =>
      contentTag(
        list.map(({ path, content }) => file(path, content)),
        {},
      );
    fc.assert(
      fc.property(files, files, (one, other) => {
        assert.equal(tagOf(one) === tagOf(other), canonical(one) === canonical(other));
      }),
    );
  });
});

describe("a project's context", () => {
  let project: string;
  const write = (path: string, content = path) => {
    mkdirSync(dirname(join(project, path)), { recursive: true });
    writeFileSync(join(project, path), content);
  };
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "project-"));
    write("app/Dockerfile", "FROM scratch AS service\nCOPY app app\n");
  });
  afterEach(() => rmSync(project, { recursive: true }));

  it("holds what .dockerignore leaves, and nothing of node_modules", () => {
    write(".dockerignore", "*\n!app/**\napp/*/dist\n**/*.md\napp/Dockerfile\n");
    write("secret.env");
    write("app/hello/service.ts");
    write("app/hello/README.md");
    write("app/hello/dist/service.cjs");
    write("app/hello/node_modules/x/index.js");
    write("app/run.sh");
    chmodSync(join(project, "app/run.sh"), 0o755);
    symlinkSync("run.sh", join(project, "app/link"));
    const [, ...files] = readImageContext(project, "service", {});
    assert.deepEqual(files.map(({ path, content, executable }) => [path, String(content), executable]).sort(), [
      ["app/hello/service.ts", "app/hello/service.ts", false],
      ["app/run.sh", "app/run.sh", true],
    ]);
  });

  it("is refused without .dockerignore", () => {
    assert.throws(() => readImageContext(project, "service", {}), /\.dockerignore/);
  });
});

describe("placeContext", () => {
  let project: string;
  beforeEach(() => {
    project = mkdtempSync(join(tmpdir(), "project-"));
  });
  afterEach(() => rmSync(project, { recursive: true }));
  const files = [file("Dockerfile", "FROM scratch\n"), file("app/run.sh", "#!/bin/sh\n", true)];

  it("gives files and directories modes that depend on nothing but who may execute them", () => {
    const before = process.umask(0o077);
    try {
      const place = placeContext(project, "tag", files);
      assert.deepEqual(listing(place), ["/Dockerfile 644 FROM scratch\n", "/app 755 ", "/app/run.sh 755 #!/bin/sh\n"]);
      assert.equal(process.umask(), 0o077);
    } finally {
      process.umask(before);
    }
  });

  it("leaves what is there, and removes what nobody asked for in a week", () => {
    const [first, second] = ["first", "second"].map((tag) => placeContext(project, tag, files));
    const longAgo = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
    for (const place of [first, second]) utimesSync(String(place), longAgo, longAgo);
    assert.equal(placeContext(project, "first", files), first);
    placeContext(project, "third", files);
    assert.deepEqual(readdirSync(join(String(first), "..")).sort(), ["first", "third"]);
  });

  it("takes what another process has placed meanwhile", () => {
    const place = join(project, "node_modules/.cache/traced-fargate/build-contexts/tag");
    const late = {
      ...files[0],
      // Placed while this one is written.
      get content() {
        mkdirSync(join(place, "app"), { recursive: true });
        return "FROM scratch\n";
      },
    };
    assert.equal(placeContext(project, "tag", [late as (typeof files)[number]]), place);
    assert.deepEqual(readdirSync(join(place, "..")), ["tag"]);
  });
});
