import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BuildContext } from "../../../components/images/buildContext";
import { BuiltImage } from "../../../components/images/builtImage";
import { evaluateComponent } from "../../pulumi/evaluateComponent";
import { listing } from "./listing";

const root = join(__dirname, "../../..");
const services = ["bff", "date", "frontend", "hello", "time"];
const images: readonly { name: string; target: string; buildArgs: Record<string, string> }[] = [
  ...services.map((SERVICE) => ({ name: SERVICE, target: "service", buildArgs: { SERVICE } })),
  { name: "packed", target: "packed", buildArgs: { SERVICE: "hello" } },
  {
    name: "daemon",
    target: "daemon",
    buildArgs: { XRAY_DAEMON_IMAGE: "public.ecr.aws/xray/aws-xray-daemon:3.6.7" },
  },
  {
    name: "otel-collector",
    target: "otel-collector",
    buildArgs: { OTEL_COLLECTOR_IMAGE: "public.ecr.aws/aws-observability/aws-otel-collector:v0.50.0" },
  },
];

/** Copies what images are built of, as a checkout with this umask does. */
function checkOut(directory: string, umask: string): void {
  const files = [".dockerignore", ".npmrc", "package.json", "package-lock.json", "tsconfig.json", "app"];
  // Without `-p`, so that the umask decides about the modes.
  const copy = `umask ${umask} && mkdir -p "$0" && cd "$1" && git ls-files -co --exclude-standard ${files.join(" ")} |
    while read -r file; do mkdir -p "$0/$(dirname "$file")" && cat "$file" > "$0/$file"; done`;
  execFileSync("sh", ["-c", copy, directory, root]);
}

/** What the builder is told of each image of a checkout, by the image's name. */
async function buildsOf(directory: string) {
  const before = process.cwd();
  process.chdir(directory);
  try {
    const evaluation = await evaluateComponent(() => {
      for (const { name, ...build } of images) {
        new BuiltImage(name, { ...build, cpuArchitecture: "ARM64", context: directory });
      }
    });
    const found = evaluation.ofType("awsx:ecr:Image").map(({ name, inputs }) => [name, inputs] as const);
    return Object.fromEntries(found);
  } finally {
    process.chdir(before);
  }
}

describe("the context of an image", () => {
  let scratch: string;
  let open: string;
  before(() => {
    scratch = mkdtempSync(join(tmpdir(), "checkouts-"));
    open = join(scratch, "a");
    checkOut(open, "002");
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  it("is the same in two checkouts at different paths and umasks, and so is all else the builder is told", async () => {
    const strict = join(scratch, "another/place");
    checkOut(strict, "077");
    assert.notEqual(statSync(join(strict, "package.json")).mode, statSync(join(open, "package.json")).mode);
    const [one, other] = [await buildsOf(open), await buildsOf(strict)];
    assert.deepEqual(other, one);
    assert.equal(Object.keys(one).length, images.length);
    for (const { context, dockerfile } of Object.values(one)) {
      assert.equal(dockerfile, `${context}/Dockerfile`);
      assert.deepEqual(listing(join(strict, String(context))), listing(join(open, String(context))));
    }
  });

  const tagsOf = () =>
    new Map(images.map(({ name, target, buildArgs }) => [name, BuildContext.read(open, target, buildArgs).tag({})]));
  const daemonImage = "aws-xray-daemon:3.6.7";
  const changes: [what: string, file: string, from: string | RegExp, to: string, changed: string[]][] = [
    ["a comment in app/bff", "app/bff/service.ts", /$/, "// New\n", ["bff"]],
    ["a comment in app/supervisor", "app/supervisor/main.ts", /$/, "// New\n", ["packed"]],
    ["a blank in package.json", "package.json", ":", " :", []],
    ["a script in package.json", "package.json", '"start": "', '"start": "echo ', []],
    ["a comment in the Dockerfile", "app/Dockerfile", /^/, "# New\n", []],
    [
      "a dependency in package.json",
      "package.json",
      /"dependencies": {/,
      '$& "pad": "1.3.0",',
      [...services, "packed"],
    ],
    ["the services' base image", "app/Dockerfile", "node:24.21.0", "node:24.22.0", [...services, "packed"]],
    ["the daemon's image", "app/Dockerfile", daemonImage, `${daemonImage}1`, ["packed", "daemon"]],
    ["the OpenTelemetry collector's image", "app/Dockerfile", "v0.50.0", "v0.50.1", ["otel-collector"]],
  ];
  for (const [what, file, from, to, changed] of changes) {
    it(`changes with ${what} for ${changed.join(", ") || "no image"}`, () => {
      const path = join(open, file);
      const original = readFileSync(path, "utf8");
      const before = tagsOf();
      writeFileSync(path, original.replace(from, to));
      try {
        assert.notEqual(readFileSync(path, "utf8"), original);
        const after = tagsOf();
        assert.deepEqual(
          [...before.keys()].filter((name) => before.get(name) !== after.get(name)),
          changed,
        );
      } finally {
        writeFileSync(path, original);
      }
    });
  }

  it("must be there", () => {
    const ignore = join(open, ".dockerignore");
    const original = readFileSync(ignore, "utf8");
    writeFileSync(ignore, `${original}tsconfig.json\n`);
    assert.throws(() => BuildContext.read(open, "service", { SERVICE: "hello" }), {
      message: "app/Dockerfile copies tsconfig.json, which is not there, or which .dockerignore leaves out",
    });
    writeFileSync(ignore, original);
    assert.throws(() => BuildContext.read(open, "service", { SERVICE: "hallo" }), {
      message: "app/Dockerfile copies app/hallo/package.json, which is not there, or which .dockerignore leaves out",
    });
  });
});
