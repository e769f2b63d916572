import assert from "node:assert/strict";
import { Dockerfile } from "../../../components/images/dockerfile";

const file = `# How it is built
ARG NODE_IMAGE=node:24
ARG DAEMON_IMAGE=daemon:3
ARG TOOLS_IMAGE=tools:1

FROM \${NODE_IMAGE} AS build
ARG SERVICE=hello
# What all share
COPY package.json \\
  ./.npmrc ./
COPY app/\${SERVICE} app/\${SERVICE}/
RUN npm ci

FROM \${DAEMON_IMAGE} AS daemon

FROM \${TOOLS_IMAGE} AS tools

FROM \${NODE_IMAGE} AS service
COPY --from=build /src/service.cjs ./
RUN --mount=type=bind,from=tools,target=/tools /tools/check

FROM service AS packed
COPY --from=daemon /xray ./
COPY --chown=1000 app/supervisor/ ./
`;

const usedParts = (content: string, target: string, buildArgs = {}) =>
  new Dockerfile(content, buildArgs).usedParts(target);

describe("the parts of a Dockerfile that a target uses", () => {
  it("leaves a stage that copies nothing alone, and what only others need out", () => {
    assert.deepEqual(usedParts(file, "daemon"), {
      dockerfile: `ARG DAEMON_IMAGE=daemon:3\n\nFROM \${DAEMON_IMAGE} AS daemon\n`,
      sources: [],
    });
  });

  it("follows the stages which a target copies from and mounts, without comments", () => {
    const { dockerfile, sources } = usedParts(file, "service", { SERVICE: "bff" });
    assert.deepEqual(sources, ["package.json", ".npmrc", "app/bff"]);
    assert.deepEqual(dockerfile.match(/^(ARG|FROM).*/gm), [
      "ARG NODE_IMAGE=node:24",
      "ARG TOOLS_IMAGE=tools:1",
      `FROM \${NODE_IMAGE} AS build`,
      "ARG SERVICE=hello",
      `FROM \${TOOLS_IMAGE} AS tools`,
      `FROM \${NODE_IMAGE} AS service`,
    ]);
    assert.match(dockerfile, /^COPY package\.json \\\n {2}\.\/\.npmrc \.\/$/m);
    assert.doesNotMatch(dockerfile, /#/);
  });

  it("follows the stage which a target is built on", () => {
    const { dockerfile, sources } = usedParts(file, "packed");
    assert.deepEqual(sources, ["app/supervisor", "package.json", ".npmrc", "app/hello"]);
    assert.equal(dockerfile.match(/^FROM/gm)?.length, 5);
  });

  const refused: [instruction: string, message: RegExp][] = [
    ["ADD app app", /^Line 2 of the Dockerfile adds files: write COPY with names of files\.$/],
    ["COPY app/*.ts app/", /copies by a pattern, app\/\*\.ts/],
    [`COPY app/\${SERVICE} app/`, /copies by \$\{SERVICE\}, which its stage does not declare/],
    ["RUN --mount=type=bind,target=/src npm ci", /mounts the build context/],
  ];
  for (const [instruction, message] of refused) {
    it(`refuses ${instruction}`, () => {
      assert.throws(() => usedParts(`FROM scratch AS service\n${instruction}\n`, "service"), { message });
    });
  }

  it("says which targets there are", () => {
    assert.throws(() => usedParts(file, "sevice"), {
      message: "The Dockerfile has no target sevice; it has build, daemon, tools, service, packed.",
    });
  });
});
