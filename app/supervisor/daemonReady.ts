import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const pauseMs = 20;

/**
 * Resolves when something listens at the address, and at the latest after `patienceMs` milliseconds: an app without
 * traces is better than none. The daemon opens its UDP port before the TCP port, so it takes segments by then.
 */
export async function awaitListener(
  { host, port }: { readonly host: string; readonly port: number },
  patienceMs: number,
): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (Date.now() < deadline) {
    const socket = connect(port, host);
    const connected = await once(socket, "connect").then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (connected) return;
    await delay(pauseMs);
  }
}
