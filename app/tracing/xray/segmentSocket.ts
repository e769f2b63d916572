import { createSocket, type Socket } from "node:dgram";

/**
 * The UDP socket that the SDK's emitter sends segments through, made by us for two reasons: it knows when everything is sent,
 * so that the last segments survive a shutdown, and it tells the SDK about failures only, because on success the SDK writes the whole
 * segment out a second time for a debug line that nobody reads.
 */
export class SegmentSocket {
  private readonly socket: Socket;
  private pending = 0;
  private idle: (() => void)[] = [];

  /** @param onProblem told of a socket that can't be used; a daemon that isn't there goes unnoticed, as UDP has it */
  constructor(onProblem: (error: Error) => void) {
    this.socket = createSocket("udp4").unref().on("error", onProblem);
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
