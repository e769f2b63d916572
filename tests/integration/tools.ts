import { accessSync, constants, existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** Where `.ci/install-tools` installs. */
const toolsDir =
  process.env.TRACED_FARGATE_TOOLS ??
  join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "traced-fargate-tools");

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function onPath(command: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}

/** A program of the CLI's: the one which was built, or else the person's own. */
function ofPulumi(program: string): string | undefined {
  return [join(toolsDir, "pulumi-3.245.0", program)].find(isExecutable) ?? onPath(program);
}

/** Where the programs are which `npm run bench` compares with, if they are there. */
export function benchFolder(): string | undefined {
  const folder = join(toolsDir, "bench-1");
  return existsSync(join(folder, "complete")) ? folder : undefined;
}

/** The path of each tool which the integration tests need, if it is there. */
const tools = {
  moto: () => [join(toolsDir, "moto-5.2.1", "bin", "moto_server")].find(isExecutable),
  pulumi: () => ofPulumi("pulumi"),
  "pulumi-language-nodejs": () => ofPulumi("pulumi-language-nodejs"),
  "xray-daemon": () =>
    [process.env.XRAY_DAEMON ?? "", join(toolsDir, "xray-daemon-3.0.1-static", "xray-daemon")].find(isExecutable),
  "otel-collector": () => [join(toolsDir, "otel-collector-0.156.0", "otel-collector")].find(isExecutable),
  buildkitd: () => [join(toolsDir, "buildkit-0.33.1", "buildkitd")].find(isExecutable),
  buildctl: () => [join(toolsDir, "buildkit-0.33.1", "buildctl")].find(isExecutable),
  unshare: () => onPath("unshare"),
  buildah: () => onPath("buildah"),
  podman: () => onPath("podman"),
  runc: () => onPath("runc") ?? ["/usr/sbin/runc"].find(isExecutable),
  catatonit: () => onPath("catatonit"),
  // The store with the base image.
  "node-image": () => [join(toolsDir, "node-image")].filter((folder) => existsSync(join(folder, "complete")))[0],
  chromium: () => onPath("chromium"),
  tinyproxy: () => onPath("tinyproxy"),
  squid: () => onPath("squid") ?? ["/usr/sbin/squid"].find(isExecutable),
  nft: () => onPath("nft"),
  ip: () => onPath("ip"),
};

/** The path of a tool, if it is there. */
export function findTool(name: keyof typeof tools): string | undefined {
  return tools[name]();
}

/**
 * The path of a tool. Where it is missing, the tests that need it are skipped with a line that says so; with CI=true
 * they fail, so that nobody takes tests which never ran for tests which passed.
 *
 * @throws when the tool is missing and CI=true
 */
export function requireTool(context: Mocha.Context, name: keyof typeof tools): string {
  const path = findTool(name);
  if (path !== undefined) {
    return path;
  }
  const reason = `${name} is missing: run .ci/install-tools and see docs/testing.md`;
  if (process.env.CI === "true") {
    throw new Error(reason);
  }
  console.log(`      SKIPPED: ${reason}`);
  return context.skip();
}
