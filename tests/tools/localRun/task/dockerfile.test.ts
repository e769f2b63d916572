import assert from "node:assert/strict";
import { readTarget } from "../../../../tools/localRun/task/dockerfile";

const file = `# syntax=docker/dockerfile:1
ARG NODE_IMAGE=example.com/node:24
ARG TAG=3.6.7
ARG DAEMON_IMAGE=example.com/daemon:\${TAG}

FROM --platform=$BUILDPLATFORM \${NODE_IMAGE} AS build
ARG SERVICE
WORKDIR /src
RUN npm run build \\
  --workspace app/\${SERVICE}

FROM $DAEMON_IMAGE AS daemon

FROM \${NODE_IMAGE} AS base
ENV NODE_ENV=production HOME=/service
ENTRYPOINT ["node", "--enable-source-maps"]
CMD ["nothing.cjs"]

FROM base AS service
ARG SERVICE=hello
ARG NODE_IMAGE
ENV SERVICE_NAME=$SERVICE
WORKDIR /opt
WORKDIR service
COPY package.json ./
COPY --from=build /src/app/\${SERVICE}/dist/service.cjs dist/probe.cjs ./
COPY --from=daemon /xray /usr/local/bin/daemon
CMD ["first.cjs"]
CMD ["service.cjs"]

FROM base AS probe
ENTRYPOINT ["/probe"]

FROM base AS shell
CMD node service.cjs
`;

describe("a target of a Dockerfile", () => {
  it("has its own command, and the rest of the stage it builds on", () => {
    assert.deepEqual(readTarget(file, "service", {}), {
      base: "example.com/node:24",
      entrypoint: ["node", "--enable-source-maps"],
      command: ["service.cjs"],
      environment: { NODE_ENV: "production", HOME: "/service", SERVICE_NAME: "hello" },
      workingDirectory: "/opt/service",
      files: [
        { path: "/opt/service/service.cjs", source: "app/hello/dist/service.cjs", from: "example.com/node:24" },
        { path: "/opt/service/probe.cjs", source: "dist/probe.cjs", from: "example.com/node:24" },
        { path: "/usr/local/bin/daemon", source: "/xray", from: "example.com/daemon:3.6.7" },
      ],
      buildArgs: { SERVICE: "hello", NODE_IMAGE: "example.com/node:24" },
    });
  });

  it("takes build arguments in place of defaults, also for the base image", () => {
    const args = { SERVICE: "bff", NODE_IMAGE: "example.com/node:26", OTHER: "x" };
    const { files, workingDirectory, ...target } = readTarget(file, "service", args);
    assert.equal(files[0]?.source, "app/bff/dist/service.cjs");
    assert.equal(workingDirectory, "/opt/service");
    assert.deepEqual(target, {
      base: "example.com/node:26",
      entrypoint: ["node", "--enable-source-maps"],
      command: ["service.cjs"],
      environment: { NODE_ENV: "production", HOME: "/service", SERVICE_NAME: "bff" },
      buildArgs: { SERVICE: "bff", NODE_IMAGE: "example.com/node:26" },
    });
  });

  it("that adds nothing is its base image", () => {
    assert.deepEqual(readTarget(file, "daemon", {}), {
      base: "example.com/daemon:3.6.7",
      entrypoint: [],
      command: [],
      environment: {},
      workingDirectory: "/",
      files: [],
      buildArgs: {},
    });
  });

  it("forgets the inherited command with an entry point of its own", () => {
    const { entrypoint, command } = readTarget(file, "probe", {});
    assert.deepEqual({ entrypoint, command }, { entrypoint: ["/probe"], command: [] });
  });

  it("must exist", () => {
    assert.throws(() => readTarget(file, "sevice", {}), {
      message: "The Dockerfile has no target sevice; it has build, daemon, base, service, probe, shell.",
    });
  });

  it("must not run its command in a shell", () => {
    assert.throws(() => readTarget(file, "shell", {}), { message: "CMD in line 35 needs JSON form." });
  });
});
