import { createSocket, type Socket } from "node:dgram";
import { type LookupOneOptions, lookup } from "node:dns";
import { isIPv4 } from "node:net";

/**
 * The UDP socket that the SDK's emitter sends segments through, made by us for two reasons: it knows when everything is
 * sent, so that the last segments survive a shutdown, and it tells the SDK about failures only, because on success the
 * SDK writes the whole segment out a second time for a debug line that nobody reads.
 */
export class SegmentSocket {
  private readonly socket: Socket;
  private pending = 0;
  private idle: (() => void)[] = [];

  /** @param onProblem told of a socket that can't be used; a daemon that isn't there goes unnoticed, as UDP has it */
  constructor(onProblem: (error: Error) => void) {
    this.socket = createSocket({ type: "udp4", lookup: lookupUnlessAddress }).unref().on("error", onProblem);
  }

  send(
    message: Buffer,
    offset: number,
    length: number,
    port: number,
    host: string,
    onFailure: (error: Error) => void,
  ): void {
    this.pending++;
    this.socket.send(message, offset, length, port, host, (error) => {
      this.pending--;
      if (error !== null) {
        onFailure(error);
      }
      if (this.pending === 0) {
        for (const resolve of this.idle.splice(0)) {
          resolve();
        }
      }
    });
  }

  /** Resolves when nothing is on its way any more. */
  drained(): Promise<void> {
    return this.pending === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }
}

type Answer = (error: NodeJS.ErrnoException | null, address: string, family: number) => void;

/**
 * Answers at once for an address, where Node.js's own lookup takes a turn of the event loop for each datagram; the rest
 * it does itself.
 */
function lookupUnlessAddress(host: string, options: LookupOneOptions, answer: Answer): void {
  if (isIPv4(host)) {
    answer(null, host, 4);
  } else {
    lookup(host, options, answer);
  }
}
