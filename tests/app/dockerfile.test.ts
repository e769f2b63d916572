import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import dockerignore from "@balena/dockerignore";
import { BuildContext } from "../../components/images/buildContext";

const ROOT = join(__dirname, "../..");
const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** The instructions of each stage, one a line; those before the first stage are the file's arguments. */
function stagesOf(content: string): string[][] {
  const stages: string[][] = [[]];
  for (const line of content.split("\n").filter((text) => text !== "" && !text.startsWith("#"))) {
    if (line.startsWith("FROM ")) {
      stages.push([]);
    }
    stages.at(-1)?.push(line);
  }
  return stages;
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are the Dockerfile's variables
describe("app/Dockerfile", () => {
  // This shows what the file says, not that an image builds or runs.
  const [args, build, daemon, service, supervisor, packed, ...others] = stagesOf(read("app/Dockerfile"));

  it("takes its base images as arguments, each of one exact version", () => {
    assert.deepEqual(args, [
      "ARG NODE_IMAGE=public.ecr.aws/docker/library/node:24.21.0-bookworm-slim",
      "ARG XRAY_DAEMON_IMAGE=public.ecr.aws/xray/aws-xray-daemon:3.6.7",
    ]);
  });

  it("builds one service from the lock file, with nothing but its own packages", () => {
    assert.deepEqual(build, [
      "FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS build",
      "ARG SERVICE=hello",
      "WORKDIR /src",
      "COPY package.json package-lock.json .npmrc ./",
      "COPY app/tracing/package.json app/tracing/",
      "COPY app/service/package.json app/service/",
      "COPY app/clock/package.json app/clock/",
      "COPY app/${SERVICE}/package.json app/${SERVICE}/",
      "RUN --mount=type=cache,target=/root/.npm npm ci --workspace app/${SERVICE} --no-audit --no-fund",
      "COPY tsconfig.json ./",
      "COPY app/tracing app/tracing",
      "COPY app/service app/service",
      "COPY app/clock app/clock",
      "COPY app/${SERVICE} app/${SERVICE}",
      "RUN npm run build --workspace app/${SERVICE}",
    ]);
  });

  it("runs the bundles alone, without root's rights, and so that signals reach it", () => {
    assert.deepEqual(service, [
      "FROM ${NODE_IMAGE} AS service",
      "ARG SERVICE=hello",
      "ENV NODE_ENV=production",
      "WORKDIR /service",
      "COPY --from=build /src/app/${SERVICE}/dist/service.cjs /src/app/${SERVICE}/dist/probe.cjs ./",
      "USER 1000",
      "EXPOSE 8080",
      'CMD ["node", "service.cjs"]',
    ]);
  });

  it("packs service, supervisor and daemon into one image whose entry point stays when the command is another", () => {
    assert.deepEqual(supervisor, [
      "FROM build AS build-supervisor",
      "COPY app/supervisor app/supervisor",
      "RUN npm run build --workspace app/supervisor",
    ]);
    const entryPoint =
      '["node", "supervisor.cjs", "/usr/local/bin/xray", "-o", "-l", "info", "-b", "127.0.0.1:2000", ' +
      '"-t", "127.0.0.1:2000", "--"]';
    assert.deepEqual(packed, [
      "FROM service AS packed",
      "COPY --from=daemon /xray /usr/local/bin/xray",
      "COPY --from=daemon /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/",
      "COPY --from=build-supervisor /src/app/supervisor/dist/supervisor.cjs ./",
      `ENTRYPOINT ${entryPoint}`,
      'CMD ["node", "service.cjs"]',
    ]);
  });

  it("copies the daemon unchanged, and has no stage but these", () => {
    assert.deepEqual(daemon, ["FROM ${XRAY_DAEMON_IMAGE} AS daemon"]);
    assert.deepEqual(others, []);
  });
});

// biome-ignore-end lint/suspicious/noTemplateCurlyInString: these are the Dockerfile's variables

describe(".dockerignore", () => {
  it("lets through what the Dockerfile copies, and nothing else", () => {
    const files = execFileSync("git", ["ls-files", "-co", "--exclude-standard"], { cwd: ROOT, encoding: "utf8" })
      .trim()
      .split("\n");
    const built = [
      "app/hello/dist/service.cjs",
      "app/hello/node_modules/x/index.js",
      "node_modules/x/index.js",
      ".env",
    ];
    const kept = dockerignore()
      .add(read(".dockerignore"))
      .filter([...files, ...built]);
    const [elsewhere, app] = [
      kept.filter((file) => !file.startsWith("app/")),
      kept.filter((file) => file.startsWith("app/")),
    ];
    assert.deepEqual(elsewhere.sort(), [".npmrc", "package-lock.json", "package.json", "tsconfig.json"]);
    assert.deepEqual(app.sort(), files.filter((file) => file.startsWith("app/") && file !== "app/Dockerfile").sort());
  });
});

describe("the build context", () => {
  const services = ["bff", "date", "frontend", "hello", "time"];
  let context: string;
  before(() => {
    context = mkdtempSync(join(tmpdir(), "context-"));
    for (const SERVICE of services) {
      for (const { path, content } of BuildContext.read(ROOT, "packed", { SERVICE }).files) {
        mkdirSync(dirname(join(context, SERVICE, path)), { recursive: true });
        writeFileSync(join(context, SERVICE, path), content);
      }
    }
  });
  after(() => rmSync(context, { recursive: true }));

  const { buildSync } = createRequire(join(ROOT, "app/hello/"))("esbuild") as typeof import("esbuild");
  // Without the packages, which are the same and of which a bundle names the paths.
  const bundle = (root: string, entryPoint: string) =>
    buildSync({
      absWorkingDir: root,
      entryPoints: [entryPoint],
      bundle: true,
      packages: "external",
      platform: "node",
      target: "node20",
      write: false,
    }).outputFiles[0]?.text;
  for (const service of services) {
    it(`makes of app/${service} what the checkout does, which is what the other tests run`, () => {
      for (const entryPoint of [`app/${service}/main.ts`, "app/supervisor/main.ts", "app/tracing/probeMain.ts"]) {
        assert.equal(bundle(join(context, service), entryPoint), bundle(ROOT, entryPoint));
      }
    });
  }
});
