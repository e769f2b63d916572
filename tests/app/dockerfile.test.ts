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

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: these are the Dockerfile's variables
describe("app/Dockerfile", () => {
  // This shows what the file says, not that an image builds or runs.
  const dockerfile = read("app/Dockerfile").replace(/^#.*\n/gm, "");
  const daemon = '"/usr/local/bin/xray", "-o", "-l", "info", "-b", "127.0.0.1:2000", "-t", "127.0.0.1:2000"';
  const says: [what: string, ...lines: string[]][] = [
    [
      "one exact image of Node.js",
      "ARG NODE_IMAGE=public.ecr.aws/docker/library/node:24.21.0-bookworm-slim" +
        "@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6",
    ],
    [
      "collectors of one exact version each",
      "ARG XRAY_DAEMON_IMAGE=public.ecr.aws/xray/aws-xray-daemon:3.6.7",
      "ARG OTEL_COLLECTOR_IMAGE=public.ecr.aws/aws-observability/aws-otel-collector:v0.50.0",
    ],
    [
      "a bundle of the service, with nothing but its own packages, from the lock file",
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
    ],
    [
      "the collectors unchanged",
      "FROM ${XRAY_DAEMON_IMAGE} AS daemon",
      "",
      "FROM ${OTEL_COLLECTOR_IMAGE} AS otel-collector",
      "",
      "FROM ${NODE_IMAGE} AS service",
    ],
    [
      "the bundles alone, without root's rights, started so that signals reach them",
      "ENV NODE_ENV=production",
      "WORKDIR /service",
      "COPY --from=build /src/app/${SERVICE}/dist/service.cjs /src/app/${SERVICE}/dist/probe.cjs ./",
      "USER 1000",
      "EXPOSE 8080",
      'CMD ["node", "service.cjs"]',
    ],
    [
      "a bundle of the supervisor",
      "FROM build AS build-supervisor",
      "COPY app/supervisor app/supervisor",
      "RUN npm run build --workspace app/supervisor",
    ],
    [
      "service, supervisor and daemon in one image, whose entry point stays when the command is another",
      "FROM service AS packed",
      "COPY --from=daemon /xray /usr/local/bin/xray",
      "COPY --from=daemon /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/",
      "COPY --from=build-supervisor /src/app/supervisor/dist/supervisor.cjs ./",
      `ENTRYPOINT ["node", "supervisor.cjs", ${daemon}, "--"]`,
      'CMD ["node", "service.cjs"]',
    ],
  ];
  for (const [what, ...lines] of says) {
    it(`has ${what}`, () => assert.ok(dockerfile.includes(`${lines.join("\n")}\n`), dockerfile));
  }

  it("gives no stage root's rights back", () => assert.equal(dockerfile.match(/^USER /gm)?.length, 1));
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
    const app = files.filter((file) => file.startsWith("app/") && file !== "app/Dockerfile");
    assert.deepEqual(kept.sort(), [".npmrc", "package-lock.json", "package.json", "tsconfig.json", ...app].sort());
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
  const bundle = (absWorkingDir: string, entryPoint: string) => {
    const format = { bundle: true, packages: "external", platform: "node", target: "node20", write: false } as const;
    return buildSync({ absWorkingDir, entryPoints: [entryPoint], ...format }).outputFiles[0]?.text;
  };
  for (const service of services) {
    it(`makes of app/${service} what the checkout does, which is what the other tests run`, () => {
      for (const entryPoint of [`app/${service}/main.ts`, "app/supervisor/main.ts", "app/tracing/probeMain.ts"]) {
        assert.equal(bundle(join(context, service), entryPoint), bundle(ROOT, entryPoint));
      }
    });
  }
});
