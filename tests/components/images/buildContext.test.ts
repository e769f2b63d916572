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
import { BuildContext } from "../../../components/images/buildContext";
import { listing } from "./listing";

const file = (path: string, content = "x", executable = false) => ({ path, content, executable });

describe("the tag of a build context", () => {
  const build = { target: "service", platform: "linux/arm64" };
  const tagOf = (files: BuildContext["files"], args: Record<string, string> = build) =>
    new BuildContext(files).tag(args);
  const files = [file("a", "1"), file("b", "2")];

  it("is short and one a registry accepts, whatever the order of the files or arguments", () => {
    assert.match(tagOf(files), /^[0-9a-f]{16}$/);
    assert.equal(tagOf(files.toReversed(), { platform: "linux/arm64", target: "service" }), tagOf(files));
  });

  it("changes with a file's mode, and with every argument of the build", () => {
    assert.notEqual(tagOf([file("a", "1"), file("b", "2", true)]), tagOf(files));
    const others: Record<string, string>[] = [{ target: "daemon" }, { platform: "linux/amd64" }, { SERVICE: "hello" }];
    for (const changes of others) {
      assert.notEqual(tagOf(files, { ...build, ...changes }), tagOf(files), JSON.stringify(changes));
    }
  });

  it("is different for different contexts, however their bytes are divided into paths and contents", () => {
    const contexts = fc.uniqueArray(fc.record({ path: fc.string(), content: fc.string() }), {
      selector: ({ path }) => path,
    });
    const filesOf = (context: { path: string; content: string }[]) =>
      context.map(({ path, content }) => file(path, content)).sort((a, b) => (a.path < b.path ? -1 : 1));
    fc.assert(
      fc.property(contexts, contexts, (one, other) => {
        const isSame = JSON.stringify(filesOf(one)) === JSON.stringify(filesOf(other));
        assert.equal(tagOf(filesOf(one)) === tagOf(filesOf(other)), isSame);
      }),
    );
  });
});

describe("a build context", () => {
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
    for (const path of ["README.md", "dist/service.cjs", "node_modules/x/index.js"]) write(`app/hello/${path}`);
    for (const path of ["secret.env", "app/hello/service.ts", "app/run.sh"]) write(path);
    chmodSync(join(project, "app/run.sh"), 0o755);
    symlinkSync("run.sh", join(project, "app/link"));
    const [, ...files] = BuildContext.read(project, "service", {}).files;
    assert.deepEqual(files.map(({ path, content, executable }) => [path, String(content), executable]).sort(), [
      ["app/hello/service.ts", "app/hello/service.ts", false],
      ["app/run.sh", "app/run.sh", true],
    ]);
  });

  it("is refused without .dockerignore", () => {
    assert.throws(() => BuildContext.read(project, "service", {}), /\.dockerignore/);
  });

  const context = new BuildContext([file("Dockerfile", "FROM scratch\n"), file("app/run.sh", "#!/bin/sh\n", true)]);

  it("is placed with modes that depend on nothing but who may execute a file", () => {
    const before = process.umask(0o077);
    try {
      const place = context.place(project, "tag");
      assert.deepEqual(listing(place), ["/Dockerfile 644 FROM scratch\n", "/app 755 ", "/app/run.sh 755 #!/bin/sh\n"]);
      assert.equal(process.umask(), 0o077);
    } finally {
      process.umask(before);
    }
  });

  it("is left where it is placed, and removed when nobody asked for it in a week", () => {
    const [first, second] = ["first", "second"].map((tag) => context.place(project, tag));
    const longAgo = new Date(Date.now() - 8 * 24 * 60 * 60 * 1000);
    for (const place of [first, second]) utimesSync(String(place), longAgo, longAgo);
    assert.equal(context.place(project, "first"), first);
    context.place(project, "third");
    assert.deepEqual(readdirSync(join(String(first), "..")).sort(), ["first", "third"]);
  });

  it("is taken from where another process has placed it meanwhile", () => {
    const place = join(project, "node_modules/.cache/traced-fargate/build-contexts/tag");
    const late = {
      ...file("Dockerfile"),
      // Placed while this one is written.
      get content() {
        mkdirSync(join(place, "app"), { recursive: true });
        return "FROM scratch\n";
      },
    };
    assert.equal(new BuildContext([late]).place(project, "tag"), place);
    assert.deepEqual(readdirSync(join(place, "..")), ["tag"]);
  });
});
