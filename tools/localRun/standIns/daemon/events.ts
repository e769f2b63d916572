import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { SegmentDocument } from "./segmentDocument";

/** What the stand-in tells whoever started it, as it happens. */
export type DaemonEvent =
  /** The ports by what is spoken there. */
  | { readonly kind: "listening"; readonly ports: Readonly<Record<string, number>> }
  | { readonly kind: "asked"; readonly operation: string; readonly status: number }
  | { readonly kind: "delivered"; readonly documents: readonly SegmentDocument[] }
  /** Handed over through a proxy; whoever stands for X-Ray there knows what was delivered. */
  | { readonly kind: "sent"; readonly count: number }
  | { readonly kind: "lost"; readonly count: number; readonly reason: string }
  | { readonly kind: "refused"; readonly problems: readonly string[]; readonly start: string };

/** The environment variable with the path of the socket to which a stand-in reports. */
export const eventSocketVariable = "EVENT_SOCKET";

/**
 * Takes what a stand-in reports. A socket and not the IPC channel of Node.js, because a stand-in may be the child of a
 * container's process.
 */
export class EventSocket {
  readonly path = join(mkdtempSync(join(tmpdir(), "traced-fargate-")), "events");
  private readonly server: Server;

  constructor(onEvent: (event: DaemonEvent) => void) {
    this.server = createServer((socket) => {
      createInterface({ input: socket }).on("line", (line) => onEvent(JSON.parse(line)));
      // A stand-in that was killed has nothing more to say.
      socket.on("error", () => socket.destroy());
    });
    this.server.listen(this.path);
  }

  /** Takes no stand-in any more; one that is still there reports to its end. */
  close(): void {
    this.server.close();
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}

/** The stand-in's end of an `EventSocket`. */
interface EventReporter {
  report(event: DaemonEvent): void;
  /** Ends the connection when everything reported has gone. */
  end(): void;
}

/**
 * Connects to the socket at `path`, or reports to nobody without one; `onGone` is called when the other side has gone.
 */
export function reportTo(path: string | undefined, onGone: () => void): EventReporter {
  if (path === undefined) return { report: () => undefined, end: () => undefined };
  const socket = connect(path).on("error", () => undefined);
  socket.resume().on("close", onGone);
  return { report: (event) => socket.write(`${JSON.stringify(event)}\n`), end: () => socket.end() };
}
