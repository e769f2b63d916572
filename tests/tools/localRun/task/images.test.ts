import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defaultSamplingRule } from "../../../../tools/localRun/checks/sampling";
import { imageSource, readTasks, repositoryOf } from "../../../../tools/localRun/task/evaluatedTasks";
import { programFor } from "../../../../tools/localRun/task/images";
import { exampleProgram } from "./exampleProgram";

const root = join(__dirname, "../../../..");
const context = { projectDirectory: root, samplingRules: [defaultSamplingRule] };
const daemonRepository = "public.ecr.aws/xray/aws-xray-daemon";
const collectorRepository = "public.ecr.aws/aws-observability/aws-otel-collector";
const standIns = join(root, "tools/localRun/standIns");
const daemonProgram = ["node", "-r", join(root, "tools/register.js"), join(standIns, "daemon/main.ts")];

describe("what stands for an image", () => {
  const original = { kind: "public", repository: daemonRepository } as const;

  it("follows from how the program gets it", async () => {
    const program = await exampleProgram();
    const images = readTasks(program).flatMap(({ containers }) => containers.map(({ image }) => image));
    const buildArgs = { SERVICE: "hello", SOURCE_DATE_EPOCH: "0" };
    assert.deepEqual(
      [...images, `${daemonRepository}:3.6.7`].map((image) => imageSource(program, image)),
      [{ kind: "built", dockerfile: "app/Dockerfile", target: "service", buildArgs }, original, original],
    );
  });

  it("is the same stand-in for the daemon's image and for a copy of it", () => {
    const copy = { kind: "built", dockerfile: "app/Dockerfile", target: "daemon", buildArgs: {} } as const;
    assert.deepEqual(programFor(copy, context), programFor(original, context));
  });

  it("runs files of an image by where they are on this machine, and the stand-in in place of a copied daemon", () => {
    const buildArgs = { SERVICE: "hello" };
    const program = programFor({ kind: "built", dockerfile: "app/Dockerfile", target: "packed", buildArgs }, context);
    assert.deepEqual(program, {
      description: "app/hello, target packed, with a stand-in for the X-Ray daemon",
      entrypoint: [
        ...["node", join(root, "app/supervisor/dist/supervisor.cjs"), ...daemonProgram],
        ...["-o", "-l", "info", "-b", "127.0.0.1:2000", "-t", "127.0.0.1:2000", "--"],
      ],
      command: ["node", "service.cjs"],
      workingDirectory: join(root, "app/hello/dist"),
      environment: { NODE_ENV: "production", SAMPLING_RULES: JSON.stringify(context.samplingRules) },
      ports: [2000],
      workspaces: ["app/hello", "app/supervisor"],
      reportsEvents: true,
    });
  });

  it("is a stand-in for the collector, with the program for its health check, or what is given", () => {
    const collector = { kind: "public", repository: collectorRepository } as const;
    assert.deepEqual(programFor(collector, context), {
      description: "stand-in for the OpenTelemetry collector",
      entrypoint: ["node", "-r", join(root, "tools/register.js"), join(standIns, "collector/main.ts")],
      command: [],
      workingDirectory: root,
      environment: { SAMPLING_RULES: JSON.stringify(context.samplingRules) },
      ports: [4318, 2000, 13133],
      workspaces: [],
      reportsEvents: true,
      programs: {
        "/healthcheck": ["node", join(standIns, "collector/healthcheck.js"), "http://127.0.0.1:13133/"],
      },
    });
    const given = { description: "another", program: ["/collector"], environment: { A: "1" } };
    const { entrypoint, environment } = programFor(collector, { ...context, collector: given });
    assert.deepEqual([entrypoint, environment], [["/collector"], { A: "1" }]);
  });

  it("must exist", () => {
    assert.throws(() => programFor({ kind: "public", repository: "docker.io/library/nginx" }, context), {
      message:
        "Nothing on this machine stands for the image docker.io/library/nginx; " +
        `there are stand-ins for ${daemonRepository} and ${collectorRepository}.`,
    });
  });

  it("has a repository without tag and digest", () => {
    assert.deepEqual(
      [`${daemonRepository}:3.6.7`, "localhost:5000/a/b", "localhost:5000/a/b:1.0@sha256:00", "node@sha256:00"].map(
        repositoryOf,
      ),
      [daemonRepository, "localhost:5000/a/b", "localhost:5000/a/b", "node"],
    );
  });
});

const file = `# syntax=docker/dockerfile:1
ARG NODE_IMAGE=example.com/node:24
ARG TAG=3.6.7
ARG DAEMON_IMAGE=${daemonRepository}:\${TAG}

FROM --platform=$BUILDPLATFORM \${NODE_IMAGE} AS build
ARG SERVICE
WORKDIR /src

FROM $DAEMON_IMAGE AS daemon

FROM \${NODE_IMAGE} AS base
ENV NODE_ENV=production HOME=/service
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["nothing.cjs"]

FROM base AS service
ARG SERVICE=hello
ARG NODE_IMAGE
ENV SERVICE_NAME=$SERVICE NODE=$NODE_IMAGE
WORKDIR service
COPY package.json ./
COPY --from=build /src/app/\${SERVICE}/dist/service.cjs app/other/dist/probe.cjs ./
COPY --from=daemon /xray /usr/local/bin/daemon
CMD ["first.cjs"]
CMD ["service.cjs"]

FROM service AS probe
ENTRYPOINT ["/usr/local/bin/daemon", "probe.cjs"]

FROM base AS nameless

FROM service AS shell
CMD node service.cjs
`;

describe("the program of a Dockerfile's target", () => {
  let directory: string;
  before(() => {
    directory = mkdtempSync(join(tmpdir(), "dockerfile-"));
    writeFileSync(join(directory, "Dockerfile"), file);
  });
  after(() => rmSync(directory, { recursive: true }));

  const program = (target: string, buildArgs: Record<string, string> = {}) =>
    programFor(
      { kind: "built", dockerfile: "Dockerfile", target, buildArgs },
      { ...context, projectDirectory: directory },
    );

  it("has its own command, and the rest of the stage it builds on", () => {
    assert.deepEqual(program("service"), {
      description: "app/hello, target service",
      entrypoint: ["node", "--enable-source-maps"],
      command: ["service.cjs"],
      workingDirectory: join(directory, "app/hello/dist"),
      environment: {
        ...{ NODE_ENV: "production", HOME: "/service" },
        ...{ SERVICE_NAME: "hello", NODE: "example.com/node:24" },
      },
      ports: [],
      workspaces: ["app/hello"],
      reportsEvents: false,
    });
  });

  it("takes build arguments in place of defaults", () => {
    const { environment, workspaces } = program("service", { SERVICE: "bff", NODE_IMAGE: "node:26", OTHER: "x" });
    assert.deepEqual([environment.SERVICE_NAME, environment.NODE, workspaces], ["bff", "node:26", ["app/bff"]]);
  });

  it("forgets the inherited command with an entry point of its own, and builds what that names", () => {
    const { entrypoint, command, workspaces, ports } = program("probe");
    assert.deepEqual(entrypoint, [...daemonProgram, join(directory, "app/other/dist/probe.cjs")]);
    assert.deepEqual(
      { command, workspaces, ports },
      { command: [], workspaces: ["app/hello", "app/other"], ports: [2000] },
    );
  });

  it("must exist, name its service, and not run its command in a shell", () => {
    assert.throws(() => program("sevice"), {
      message: "The Dockerfile has no target sevice; it has build, daemon, base, service, probe, nameless, shell.",
    });
    assert.throws(() => program("nameless"), { message: /^The target nameless of .* has no build argument SERVICE / });
    assert.throws(() => program("shell"), { message: "CMD in line 34 needs JSON form." });
  });
});
