import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { runCommand } from "../../../tools/childProcess";
import { typescript } from "../../processes/testProcess";

/** Where a command runs: where the tests do, or in the network of the task. */
type Network = "host" | "task";

/**
 * Builds and runs containers as a machine of its own: it has a network, mounts and processes of its own, which end with
 * it or with the tests, and keeps everything else in a folder that it deletes.
 */
export class ContainerHost {
  /** What its processes report, such as the AWS services which a task finds in its network. */
  readonly messages: unknown[] = [];
  readonly folder = mkdtempSync(join(tmpdir(), "images-"));
  /** The parent of its containers in every cgroup hierarchy. */
  private readonly cgroupParent = basename(this.folder);
  private readonly process: ChildProcess;
  private pid = "";

  private constructor(baseImages: string, script: string) {
    this.writeConfiguration(baseImages);
    const mounts = "mkdir -p /var/lib/containers && mount -t tmpfs tmpfs /var/lib/containers && ip link set lo up";
    // catatonit reaps the processes which podman leaves behind on purpose, one for each container.
    const init = ["sh", "-c", `${mounts} && exec catatonit -- "$@"`, "sh", ...typescript(script, this.folder)];
    this.process = spawn("unshare", ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc", ...init], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.process.on("message", (message) => this.messages.push(message));
  }

  /**
   * @param baseImages folder with a store of the images which others are built from; only read
   * @param script a program in TypeScript which runs in the task's network and gets the folder as its argument; it sends a message when
   * it is ready
   */
  static async open(baseImages: string, script: string): Promise<ContainerHost> {
    const host = new ContainerHost(baseImages, script);
    const ended = once(host.process, "exit").then(([code]) => {
      throw new Error(`${script} ended with ${code}`);
    });
    await Promise.race([once(host.process, "message"), ended]);
    ended.catch(() => undefined);
    const { pid } = host.process;
    host.pid = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim();
    return host;
  }

  /** Runs a command to its end. */
  async run(command: readonly string[], network: Network = "host") {
    const namespaces = ["--mount", "--pid", ...(network === "task" ? ["--net"] : [])];
    return runCommand(["nsenter", "--target", this.pid, ...namespaces, "--", ...command], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        CONTAINERS_CONF: join(this.folder, "containers.conf"),
        CONTAINERS_REGISTRIES_CONF: join(this.folder, "registries.conf"),
        CONTAINERS_STORAGE_CONF: join(this.folder, "storage.conf"),
        TMPDIR: this.folder,
      },
    });
  }

  /** What a command prints; rejects with all of it when the command fails. */
  async output(command: readonly string[], network: Network = "host"): Promise<string> {
    const { code, output, errors } = await this.run(command, network);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}:\n${output}${errors}`);
    return output.trim();
  }

  podman(...args: readonly string[]): string[] {
    return ["podman", "--runtime-flag", `root=${join(this.folder, "runc")}`, ...args];
  }

  /** Arguments of `podman run` which put a container into the task's network, when it is run there. */
  get runArguments(): string[] {
    return ["--network", "host", "--cgroup-parent", `/${this.cgroupParent}`];
  }

  /** Ends everything that runs, and deletes what it has made. */
  async close(): Promise<void> {
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
    // When the first process of a namespace has ended, so have all others.
    while (existsSync(`/proc/${this.pid}`)) await delay(10);
    const hierarchies = readdirSync("/sys/fs/cgroup", { withFileTypes: true }).filter((entry) => entry.isDirectory());
    for (const { name } of [{ name: "." }, ...hierarchies])
      removeCgroup(join("/sys/fs/cgroup", name, this.cgroupParent));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private writeConfiguration(baseImages: string): void {
    const file = (name: string, lines: readonly string[]) =>
      writeFileSync(join(this.folder, name), `${lines.join("\n")}\n`);
    const path = (name: string) => JSON.stringify(join(this.folder, name));
    file("storage.conf", [
      "[storage]",
      'driver = "overlay"',
      `graphroot = ${path("storage")}`,
      `runroot = ${path("run")}`,
      "[storage.options]",
      `additionalimagestores = [${JSON.stringify(join(baseImages, "store"))}]`,
    ]);
    file("containers.conf", [
      "[containers]",
      // The default asks for more than a machine may have.
      'default_ulimits = ["nofile=16384:16384", "nproc=8192:8192"]',
      "[engine]",
      'cgroup_manager = "cgroupfs"',
      'events_logger = "file"',
      'runtime = "runc"',
      `tmp_dir = ${path("libpod")}`,
      `volume_path = ${path("volumes")}`,
    ]);
    file("registries.conf", ["unqualified-search-registries = []"]);
  }
}

/** Removes a cgroup with those below it; its files are the kernel's. */
function removeCgroup(folder: string): void {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroup(join(folder, entry.name));
  }
  rmdirSync(folder);
}
