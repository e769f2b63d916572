import { connect, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** What every server answers. */
export const BODY = "Hello X-Ray!";

/**
 * How the client asks: over how many connections at once, and whether a connection serves one request or all of them.
 */
export interface Load {
  readonly connections: number;
  readonly keepAlive: boolean;
  /** One more header of every request. @default none */
  readonly header?: string;
}

/** How many requests are answered, with one request under way on each connection. */
export async function countAnswers(
  port: number,
  load: Load,
  milliseconds: number,
): Promise<{ readonly answered: number; readonly perSecond: number }> {
  const connection = load.keepAlive ? "keep-alive" : "close";
  const header = load.header === undefined ? "" : `${load.header}\r\n`;
  const request = Buffer.from(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: ${connection}\r\n${header}\r\n`,
  );
  const sockets = new Set<Socket>();
  let answered = 0;
  let running = true;
  const open = () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => socket.write(request));
    sockets.add(socket);
    socket.on("data", (chunk) => {
      if (!chunk.toString("latin1").endsWith(BODY)) {
        return;
      }
      answered++;
      if (load.keepAlive) {
        socket.write(request);
      }
    });
    socket.on("close", () => {
      sockets.delete(socket);
      if (running) {
        open();
      }
    });
  };
  const start = process.hrtime.bigint();
  for (let index = 0; index < load.connections; index++) {
    open();
  }
  await pause(milliseconds);
  running = false;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  for (const socket of sockets) {
    socket.destroy();
  }
  return { answered, perSecond: answered / seconds };
}
