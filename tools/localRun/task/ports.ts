import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

export type Protocol = "tcp" | "udp";

/** A port that a container of a task listens on, with every protocol it speaks there. */
export interface ContainerPort {
  readonly port: number;
  readonly protocols: readonly Protocol[];
}

/** Which port of this machine stands for a container's port. The containers of a task share one set, as on Fargate. */
export type PortMap = ReadonlyMap<number, number>;

/** The ports of the task which a name in DNS leads to. */
export type HostMap = ReadonlyMap<string, PortMap>;

/** Where a container finds itself and others on this machine. */
export interface Places {
  /** The ports of its own task. */
  readonly ports: PortMap;
  readonly hosts: HostMap;
}

/** Hands out ports of this machine; one instance for all tasks of a run, so that none gets a port twice. */
export class PortAllocator {
  private readonly taken = new Set<number>();

  /** The same port where it is free, any free one otherwise. */
  async allocate(ports: readonly ContainerPort[]): Promise<PortMap> {
    const map = new Map<number, number>();
    for (const { port, protocols } of ports) {
      const free = !this.taken.has(port) && (await isFree(port, protocols));
      const local = free ? port : await this.anyFree(protocols);
      this.taken.add(local);
      map.set(port, local);
    }
    return map;
  }

  private async anyFree(protocols: readonly Protocol[]): Promise<number> {
    for (let attempt = 0; attempt < 50; attempt++) {
      const port = await anyTcpPort();
      if (!this.taken.has(port) && (await isFree(port, protocols))) return port;
    }
    throw new Error(`Found no free port of this machine for ${protocols.join(" and ")}.`);
  }
}

/** The ports of several lists as one, each with all its protocols. */
export function mergePorts(ports: readonly ContainerPort[]): ContainerPort[] {
  const merged = new Map<number, Set<Protocol>>();
  for (const { port, protocols } of ports) {
    merged.set(port, new Set([...(merged.get(port) ?? []), ...protocols]));
  }
  return [...merged].map(([port, protocols]) => ({ port, protocols: [...protocols] }));
}

/** How the containers of a task call the task itself. */
const ownHosts = ["127.0.0.1", "localhost", "0.0.0.0"];

/**
 * A text with the addresses of the task itself pointing at the ports of this machine, and the names of services at this
 * machine.
 */
export function translateAddresses(text: string, { ports, hosts }: Places): string {
  const all: HostMap = new Map([...ownHosts.map((host) => [host, ports] as const), ...hosts]);
  const names = [...all.keys()].map((host) => host.replaceAll(".", "\\."));
  const pattern = new RegExp(`(?<![\\w.-])(${names.join("|")}):(\\d+)\\b`, "g");
  return text.replace(pattern, (address, host: string, port: string) => {
    const local = all.get(host)?.get(Number(port));
    return local === undefined ? address : `${hosts.has(host) ? "127.0.0.1" : host}:${local}`;
  });
}

/**
 * A container's environment with this machine's ports: in addresses of the task itself and of other services, and in
 * variables named `PORT` or `..._PORT` which hold a container's port.
 */
export function translateEnvironment(
  environment: Readonly<Record<string, string>>,
  places: Places,
): Record<string, string> {
  const translate = ([name, value]: [string, string]): [string, string] => {
    const local = /(^|_)PORT$/.test(name) ? places.ports.get(Number(value)) : undefined;
    return [name, local === undefined ? translateAddresses(value, places) : String(local)];
  };
  return Object.fromEntries(Object.entries(environment).map(translate));
}

async function isFree(port: number, protocols: readonly Protocol[]): Promise<boolean> {
  for (const protocol of protocols) {
    if (!(await (protocol === "tcp" ? canListen(port) : canBind(port)))) return false;
  }
  return true;
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, "0.0.0.0");
  const listening = await once(server, "listening").then(
    () => true,
    () => false,
  );
  if (listening) await new Promise((closed) => server.close(closed));
  return listening;
}

async function canBind(port: number): Promise<boolean> {
  const socket = createSocket("udp4");
  socket.bind(port, "0.0.0.0");
  const bound = await once(socket, "listening").then(
    () => true,
    () => false,
  );
  await new Promise<void>((closed) => socket.close(closed));
  return bound;
}

async function anyTcpPort(): Promise<number> {
  const server = createServer();
  server.listen(0, "0.0.0.0");
  await once(server, "listening");
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address !== null ? address.port : 0;
}
