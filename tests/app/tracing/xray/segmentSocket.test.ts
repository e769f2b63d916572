import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { SegmentSocket } from "../../../../app/tracing/xray/segmentSocket";

describe("SegmentSocket", () => {
  for (const host of ["127.0.0.1", "localhost"]) {
    it(`sends to ${host}, and knows when all is sent`, async () => {
      const daemon = createSocket("udp4").bind(0, "127.0.0.1");
      await once(daemon, "listening");
      const socket = new SegmentSocket({ host, port: daemon.address().port }, assert.fail);
      await socket.waitUntilDrained();
      const received = once(daemon, "message");
      socket.send('{"id":1}');
      await socket.waitUntilDrained();
      assert.equal(String((await received)[0]), '{"format":"json","version":1}\n{"id":1}');
      daemon.close();
    });
  }

  it("tells of a segment that is too long", async () => {
    const problems: Error[] = [];
    const socket = new SegmentSocket({ host: "127.0.0.1", port: 2000 }, (error) => problems.push(error));
    socket.send("x".repeat(70_000));
    await socket.waitUntilDrained();
    assert.deepEqual(
      problems.map((error) => (error as NodeJS.ErrnoException).code),
      ["EMSGSIZE"],
    );
  });
});
