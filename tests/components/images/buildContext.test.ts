import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { type ContextFile, contentTag, readBuildContext } from "../../../components/images/buildContext";

const file = (path: string, content = "x", executable = false): ContextFile => ({ path, content, executable });
const build = { target: "service", platform: "linux/arm64" };

describe("contentTag", () => {
  const tag = contentTag([file("a", "1"), file("b", "2")], build);

  it("is a short tag a registry accepts", () => assert.match(tag, /^[0-9a-f]{16}$/));

  it("does not depend on the order of the files or arguments", () => {
    const other = { platform: "linux/arm64", target: "service" };
    assert.equal(contentTag([file("b", "2"), file("a", "1")], other), tag);
  });

  const changes: [string, ContextFile[], Record<string, string>][] = [
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

describe("readBuildContext", () => {
  let directory: string;
  const write = (path: string, content = path) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  };
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "context-"));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  it("reads what .dockerignore leaves, and nothing of node_modules", () => {
    write(".dockerignore", "*\n!package.json\n!app/**\napp/*/dist\n**/*.md\n");
    write("package.json");
    write("secret.env");
    write("app/hello/service.ts");
    write("app/hello/README.md");
    write("app/hello/dist/service.cjs");
    write("app/hello/node_modules/x/index.js");
    write("app/run.sh");
    chmodSync(join(directory, "app/run.sh"), 0o755);
    symlinkSync("package.json", join(directory, "app/link"));
    const files = readBuildContext(directory).map(({ path, content, executable }) => [
      path,
      String(content),
      executable,
    ]);
    assert.deepEqual(files.sort(), [
      ["app/hello/service.ts", "app/hello/service.ts", false],
      ["app/run.sh", "app/run.sh", true],
      ["package.json", "package.json", false],
    ]);
  });

  it("refuses a directory without .dockerignore", () => {
    write("secret.env");
    assert.throws(() => readBuildContext(directory), /\.dockerignore/);
  });
});
