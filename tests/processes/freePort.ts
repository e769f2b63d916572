import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";

/**
 * A port on which nothing listens. It is not of those which the system hands out by itself (from 32768 on in Linux), so
 * that nobody else is given it in the meantime.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 20_000);
    if ((await canListen(port)) && (await canBind(port))) return port;
  }
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer().listen(port, "0.0.0.0");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}

async function canBind(port: number): Promise<boolean> {
  const socket = createSocket("udp4").bind(port, "0.0.0.0");
  const bound = await once(socket, "listening").then(
    () => true,
    () => false,
  );
  socket.close();
  return bound;
}
