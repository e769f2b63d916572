import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { sdkLogger } from "../../../../app/tracing/xray/sdkLogger";
import { SegmentSocket } from "../../../../app/tracing/xray/segmentSocket";

describe("sdkLogger", () => {
  it("warns at most once a minute, and never of single requests", () => {
    let now = 0;
    const lines: [object, string][] = [];
    const logger = sdkLogger({ warn: (fields, message) => lines.push([fields, message]) }, () => now);
    const error = new Error("refused");
    logger.debug();
    logger.info();
    logger.error("no daemon", error);
    now = 59_999;
    logger.warn("still none");
    now = 60_000;
    logger.warn("none yet");
    assert.deepEqual(lines, [
      [{ err: error }, "X-Ray SDK: no daemon"],
      [{}, "X-Ray SDK: none yet"],
    ]);
  });
});

describe("SegmentSocket", () => {
  const send = (socket: SegmentSocket, host: string, port: number, message = Buffer.from("segment")) =>
    new Promise<Error | undefined>((resolve) => {
      socket.send(message, 0, message.length, port, host, resolve);
      void socket.drained().then(() => resolve(undefined));
    });

  for (const host of ["127.0.0.1", "localhost"]) {
    it(`sends to ${host}, and knows when all is sent`, async () => {
      const daemon = createSocket("udp4").bind(0, "127.0.0.1");
      await once(daemon, "listening");
      const socket = new SegmentSocket(assert.fail);
      await socket.drained();
      const received = once(daemon, "message");
      assert.equal(await send(socket, host, daemon.address().port), undefined);
      assert.equal(String((await received)[0]), "segment");
      daemon.close();
    });
  }

  it("tells of a segment that is too long", async () => {
    const failure = await send(new SegmentSocket(assert.fail), "127.0.0.1", 2000, Buffer.alloc(70_000));
    assert.equal((failure as NodeJS.ErrnoException).code, "EMSGSIZE");
  });
});
