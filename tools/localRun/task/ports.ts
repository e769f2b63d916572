import { createSocket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";

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

/** Hands out free ports of this machine; one instance for all tasks of a run, so that none gets a port twice. */
export class PortAllocator {
  private readonly taken = new Set<number>();

  async allocate(ports: readonly number[]): Promise<PortMap> {
    const map = new Map<number, number>();
    for (const port of new Set(ports)) {
      let local: number;
      do local = await freePort();
      while (this.taken.has(local));
      this.taken.add(local);
      map.set(port, local);
    }
    return map;
  }
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
    return local === undefined ? address : `127.0.0.1:${local}`;
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

/**
 * A port on which nothing listens, neither by TCP nor by UDP. It is not of those which the system hands out by itself
 * (from 32768 on in Linux), so that hardly anybody else is given it in the meantime.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if (await isFree(port)) return port;
  }
}

/** Whether nothing on this machine listens on a port, neither by TCP nor by UDP. */
async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "0.0.0.0");
  const socket = createSocket("udp4").bind(port, "0.0.0.0");
  const listening = await Promise.allSettled([once(server, "listening"), once(socket, "listening")]);
  await Promise.all([
    new Promise((closed) => server.close(closed)),
    new Promise<void>((closed) => socket.close(closed)),
  ]);
  return listening.every(({ status }) => status === "fulfilled");
}

/** Whether a program says that it cannot listen where it should: those of Node.js do it so, and others. */
export function saysPortTaken(log: readonly string[]): boolean {
  return log.some((line) => /EADDRINUSE|address already in use/i.test(line));
}

/** Whether something takes connections at a TCP port of this machine. */
export async function isListening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
