import { setTimeout as delay } from "node:timers/promises";
import type { Task, TaskContainer } from "../../../tools/localRun/task/evaluatedTasks";
import type { ContainerHost } from "./containerHost";

/** Where things are in the network of a task. */
export const addresses = {
  /** Of the task itself. */
  task: "10.0.0.20",
  /** Of X-Ray's endpoint. */
  xray: "10.0.0.10",
  /** Of Fargate's agent (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-metadata-endpoint-v4-fargate.html). */
  agent: "169.254.170.2",
};

/** What the agent adds to the environment of every container. */
const agentEnvironment = {
  AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/1",
  ECS_CONTAINER_METADATA_URI_V4: `http://${addresses.agent}/v4/1`,
};

/**
 * Arguments of `podman run`, the image's included, which say of a container what its definition says
 * (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html).
 */
export function runArguments(container: TaskContainer, image: string): string[] {
  const { user, readonlyRootFilesystem, linuxParameters, stopTimeout, entryPoint, command = [] } = container;
  return [
    ...(user === undefined ? [] : ["--user", user]),
    // A read-only root file system without volumes has no place at all to write to, /tmp included.
    ...(readonlyRootFilesystem ? ["--read-only", "--read-only-tmpfs=false"] : []),
    ...linuxParameters.capabilities.drop.flatMap((name) => ["--cap-drop", name]),
    ...(linuxParameters.initProcessEnabled ? ["--init"] : []),
    ...container.environment.flatMap(({ name, value }) => ["--env", `${name}=${value}`]),
    ...["--stop-timeout", String(stopTimeout)],
    ...(entryPoint === undefined ? [] : ["--entrypoint", JSON.stringify(entryPoint)]),
    image,
    ...command,
  ];
}

/** The containers in the order in which ECS starts them: each after those it depends on. */
export function startOrder(containers: readonly TaskContainer[]): TaskContainer[] {
  const ordered: TaskContainer[] = [];
  const add = (container: TaskContainer): void => {
    if (ordered.includes(container)) return;
    for (const { containerName } of container.dependsOn ?? []) {
      const other = containers.find(({ name }) => name === containerName);
      if (other !== undefined) add(other);
    }
    ordered.push(container);
  };
  containers.forEach(add);
  return ordered;
}

/** How a container ran, as the kernel sees its first process. */
interface Confinement {
  readonly process: string;
  readonly userId: string;
  /** All capabilities which it may ever have, as hexadecimal bits. */
  readonly capabilities: string;
  /** What comes of writing to its root file system as root. */
  readonly writing: string;
}

/** How a container ended when it was stopped. */
interface Stop {
  readonly container: string;
  readonly code: number;
  readonly withinTimeout: boolean;
}

/** A task whose containers run from images. */
export class RunningTask {
  private readonly containers: readonly TaskContainer[];

  /** @param imageOf what a container's image is called here */
  constructor(
    private readonly host: ContainerHost,
    task: Pick<Task, "containers">,
    private readonly imageOf: (container: TaskContainer) => string,
  ) {
    this.containers = startOrder(task.containers);
  }

  /** Starts all containers, in order. */
  async start(): Promise<void> {
    for (const container of this.containers) {
      const environment = Object.entries(agentEnvironment).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
      const names = ["--name", container.name, "--add-host", `xray.eu-central-1.amazonaws.com:${addresses.xray}`];
      const options = [...this.host.runArguments, ...names, ...environment];
      const run = this.host.podman("run", "--detach", ...options, ...runArguments(container, this.imageOf(container)));
      await this.host.output(run, "task");
    }
  }

  /** Resolves when all health checks succeed; rejects when one does not within its start period. */
  async waitUntilHealthy(): Promise<void> {
    for (const { name, healthCheck } of this.containers) {
      if (healthCheck === undefined) continue;
      const deadline = Date.now() + healthCheck.startPeriod * 1000;
      const [, ...command] = healthCheck.command;
      for (;;) {
        const { code, output, errors } = await this.host.run(this.host.podman("exec", name, ...command), "task");
        if (code === 0) break;
        if (Date.now() > deadline || (await this.state(name, ".State.Running")) !== "true") {
          throw new Error(`${name} is not healthy:\n${output}${errors}${await this.log(name)}`);
        }
        await delay(200);
      }
    }
  }

  /** What a container is allowed. */
  async confinement(name: string): Promise<Confinement> {
    const pid = await this.state(name, ".State.Pid");
    const status = await this.host.output(["cat", `/proc/${pid}/status`]);
    const field = (key: string) => new RegExp(`^${key}:\\s*(\\S+)`, "m").exec(status)?.[1] ?? "";
    const { errors } = await this.host.run(["touch", `/proc/${pid}/root/written`]);
    return {
      process: field("Name"),
      userId: field("Uid"),
      capabilities: field("CapBnd"),
      writing: errors.trim().split(": ").at(-1) ?? "",
    };
  }

  /** Stops the containers in the reverse order of their start, as ECS does, and removes them. */
  async stop(): Promise<Stop[]> {
    const stops: Stop[] = [];
    for (const { name, stopTimeout } of [...this.containers].reverse()) {
      const begun = Date.now();
      await this.host.output(this.host.podman("stop", name), "task");
      const withinTimeout = Date.now() - begun < stopTimeout * 1000;
      stops.push({ container: name, code: Number(await this.state(name, ".State.ExitCode")), withinTimeout });
    }
    return stops;
  }

  /** Removes the containers, whatever they do. */
  async remove(): Promise<void> {
    const names = this.containers.map(({ name }) => name);
    await this.host.output(this.host.podman("rm", "--force", "--ignore", "--time", "0", ...names), "task");
  }

  /** What a container has written. */
  private async log(name: string): Promise<string> {
    const { output, errors } = await this.host.run(this.host.podman("logs", name), "task");
    return `${output}${errors}`;
  }

  private state(name: string, field: string): Promise<string> {
    return this.host.output(this.host.podman("inspect", "--format", `{{${field}}}`, name), "task");
  }
}

/** Sends a request to the task from its network, and returns status and body. */
export async function request(host: ContainerHost, port: number, trace: string): Promise<string> {
  const script = `fetch("http://${addresses.task}:${port}/", { headers: { "x-amzn-trace-id": "${trace}" } })
    .then(async (response) => console.log(response.status, await response.text()))`;
  return host.output(["node", "-e", script], "task");
}
