import type { ContainerDependency } from "../../../components/containers/containerDefinition";
import { identityEnvironment, type RunId } from "../identity";
import { type EvaluatedProgram, imageSource, type Task, type TaskContainer } from "./evaluatedTasks";
import { type ImageContext, type ImageProgram, programFor } from "./images";
import {
  type HostMap,
  type Places,
  type PortAllocator,
  type PortMap,
  translateAddresses,
  translateEnvironment,
} from "./ports";

/** A command of a container as a process of this machine. */
export interface LocalCommand {
  /** Program and arguments. */
  readonly command: readonly string[];
  readonly workingDirectory: string;
  /** The whole environment: a container sees nothing of the environment of whoever runs it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** When a container counts as healthy; times in milliseconds. */
export interface LocalHealthCheck extends LocalCommand {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
}

/** A container as a process of this machine. */
export interface LocalContainer extends LocalCommand {
  readonly name: string;
  /** What stands for the image. */
  readonly description: string;
  readonly essential: boolean;
  readonly dependsOn: readonly ContainerDependency[];
  readonly healthCheck?: LocalHealthCheck;
  readonly stopTimeoutMs: number;
  /** TCP ports it maps, as in its definition. */
  readonly tcpPorts: readonly number[];
  /** The npm workspaces which are built for it, that of its app first. */
  readonly workspaces: readonly string[];
  readonly reportsEvents: boolean;
}

/** A task with its containers in the order in which they start. */
export interface LocalTask {
  readonly family: string;
  /** Name of its service, which is that of the service's container, and the log group of that. */
  readonly service: string;
  readonly logGroup: string;
  readonly containers: readonly LocalContainer[];
  readonly ports: PortMap;
}

/** A task with the programs of its images. */
export interface PreparedTask {
  readonly task: Task;
  /** Name of its service, which is that of the service's container, and the log group of that. */
  readonly service: string;
  readonly logGroup: string;
  readonly images: readonly { readonly definition: TaskContainer; readonly image: ImageProgram }[];
}

/** @throws Error when an image has no program here */
export function prepareTask(task: Task, program: EvaluatedProgram, context: ImageContext): PreparedTask {
  const images = task.containers.map((definition) => {
    return { definition, image: programFor(imageSource(program, definition.image), context) };
  });
  // A stand-in, such as a sidecar's, is not built.
  const { definition } = images.find(({ image }) => image.workspaces.length > 0) ?? images[0] ?? {};
  const { name: service = task.family, logConfiguration } = definition ?? {};
  return { task, service, logGroup: logConfiguration?.options["awslogs-group"] ?? "", images };
}

/** What the containers of a run find around them. */
export interface Surroundings {
  readonly run: RunId;
  /** Hosts outside of the tasks which something on this machine stands for. @default none */
  readonly hosts?: HostMap | undefined;
  /** How a container with such an environment finds what stands for AWS here. @default it calls nothing of AWS */
  readonly awsEnvironment?: (environment: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
}

/**
 * What runs on this machine for the tasks, which find each other here as the services that run them do by their names.
 * Not imitated are read-only file systems, users, and CPU and memory limits.
 *
 * @param allocator shared by all that a run starts
 * @throws Error when the containers wait for each other in a circle
 */
export async function planTasks(
  prepared: readonly PreparedTask[],
  surroundings: Surroundings,
  allocator: PortAllocator,
): Promise<LocalTask[]> {
  const placed: (PreparedTask & { readonly ports: PortMap })[] = [];
  for (const each of prepared) {
    const ports = each.images.flatMap(({ definition, image }) => [
      ...definition.portMappings.map(({ containerPort }) => containerPort),
      ...image.ports,
    ]);
    placed.push({ ...each, ports: await allocator.allocate(ports) });
  }
  const services = placed.flatMap(({ task, ports }) => task.hostNames.map((name) => [name, ports] as const));
  const hosts: HostMap = new Map([...services, ...(surroundings.hosts ?? [])]);
  return placed.map(({ task, service, logGroup, images, ports }) => {
    const places = { ports, hosts };
    const containers = images.map(({ definition, image }) => localContainer(definition, image, places, surroundings));
    return { family: task.family, service, logGroup, containers: startOrder(containers), ports };
  });
}

/** The default of ECS, in seconds. */
const defaultStopTimeout = 30;

function localContainer(
  definition: TaskContainer,
  image: ImageProgram,
  places: Places,
  { run, awsEnvironment }: Surroundings,
): LocalContainer {
  const own = Object.fromEntries(definition.environment.map(({ name, value }) => [name, value]));
  const environment = {
    ...translateEnvironment({ ...image.environment, ...own }, places),
    ...awsEnvironment?.(own),
    ...identityEnvironment(run, own.NODE_OPTIONS ?? image.environment.NODE_OPTIONS),
    // Programs such as node are this machine's.
    PATH: process.env.PATH ?? "",
  };
  const { workingDirectory } = image;
  // As in Docker, an entry point of the definition makes the image's command void.
  const imageCommand = definition.entryPoint === undefined ? image.command : [];
  const words = [...(definition.entryPoint ?? image.entrypoint), ...(definition.command ?? imageCommand)];
  return {
    name: definition.name,
    description: image.description,
    essential: definition.essential,
    command: words.map((word) => translateAddresses(word, places)),
    workingDirectory,
    environment,
    dependsOn: definition.dependsOn ?? [],
    healthCheck: definition.healthCheck && {
      command: healthCommand(definition.healthCheck.command)
        .flatMap((word) => image.programs?.[word] ?? [word])
        .map((word) => translateAddresses(word, places)),
      workingDirectory,
      environment,
      intervalMs: definition.healthCheck.interval * 1000,
      timeoutMs: definition.healthCheck.timeout * 1000,
      retries: definition.healthCheck.retries,
      startPeriodMs: definition.healthCheck.startPeriod * 1000,
    },
    stopTimeoutMs: (definition.stopTimeout ?? defaultStopTimeout) * 1000,
    tcpPorts: definition.portMappings
      .filter(({ protocol }) => protocol === "tcp")
      .map(({ containerPort }) => containerPort),
    workspaces: image.workspaces,
    reportsEvents: image.reportsEvents ?? false,
  };
}

function healthCommand([kind, ...words]: readonly string[]): string[] {
  if (kind === "CMD") return words;
  if (kind === "CMD-SHELL") return ["/bin/sh", "-c", words.join(" ")];
  throw new Error(`A health check begins with CMD or CMD-SHELL, not ${kind}.`);
}

/**
 * Containers in the order in which ECS starts them: each after those it depends on, else as given. ECS stops them the
 * other way round (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html).
 *
 * @throws Error when a container depends on one the task does not have, or on itself in a circle
 */
export function startOrder<T extends Pick<LocalContainer, "name" | "dependsOn">>(containers: readonly T[]): T[] {
  const ordered: T[] = [];
  const visit = (container: T, waiting: readonly string[]): void => {
    if (ordered.includes(container)) return;
    if (waiting.includes(container.name)) {
      throw new Error(`Containers wait for each other in a circle: ${[...waiting, container.name].join(" -> ")}.`);
    }
    for (const { containerName } of container.dependsOn) {
      const dependency = containers.find(({ name }) => name === containerName);
      if (dependency === undefined) {
        throw new Error(`The container ${container.name} depends on ${containerName}, which the task does not have.`);
      }
      visit(dependency, [...waiting, container.name]);
    }
    ordered.push(container);
  };
  for (const container of containers) visit(container, []);
  return ordered;
}

/** Where a container of a task answers on this machine, if it has a port. */
export function originOf({ tcpPorts: [port] }: LocalContainer, { ports }: LocalTask): string | undefined {
  return port === undefined ? undefined : `http://127.0.0.1:${ports.get(port) ?? port}`;
}

/** The name of a container's segments. */
export function tracingNameOf({ environment, name }: LocalContainer): string {
  return environment.AWS_XRAY_TRACING_NAME ?? name;
}
