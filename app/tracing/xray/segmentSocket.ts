import { createSocket, type Socket } from "node:dgram";
import { type LookupOneOptions, lookup } from "node:dns";
import { isIPv4 } from "node:net";

/** The line before each document (https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html). */
const HEADER = '{"format":"json","version":1}\n';

/** The UDP socket that segments are sent through. It knows when everything is sent, so that none is lost at the end. */
export class SegmentSocket {
  private readonly socket: Socket;
  private pending = 0;
  private idle: (() => void)[] = [];

  /**
   * @param daemon where the X-Ray daemon listens
   * @param onProblem told of what can't be sent; a daemon that isn't there goes unnoticed, as UDP has it
   */
  constructor(
    private readonly daemon: { readonly host: string; readonly port: number },
    private readonly onProblem: (error: Error) => void,
  ) {
    this.socket = createSocket({ type: "udp4", lookup: lookupUnlessAddress }).unref().on("error", onProblem);
  }

  /** Sends a segment document. */
  send(document: string): void {
    this.pending++;
    this.socket.send(HEADER + document, this.daemon.port, this.daemon.host, (error) => {
      this.pending--;
      if (error !== null) {
        this.onProblem(error);
      }
      if (this.pending === 0) {
        for (const resolve of this.idle.splice(0)) {
          resolve();
        }
      }
    });
  }

  /** Resolves when nothing is on its way any more. */
  waitUntilDrained(): Promise<void> {
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
