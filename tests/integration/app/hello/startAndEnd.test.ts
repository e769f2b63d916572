import assert from "node:assert/strict";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { freePort } from "../../../../tools/localRun/task/ports";
import { bundle, runService, type ServiceProcess, startService } from "../serviceProcess";

describe("the hello service's process", () => {
  let service: ServiceProcess | undefined;
  before(() => {
    bundle();
  });
  afterEach(() => service?.process.kill("SIGKILL"));

  /** A port where something accepts connections, and says nothing. */
  async function startSilent(host: string) {
    const server = createServer().listen(0, host);
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    return { server, port };
  }

  it("ends a request whose body drips", async () => {
    service = await startService({});
    const socket = connect(service.port, "127.0.0.1").setEncoding("utf8");
    socket.write("POST / HTTP/1.1\r\nHost: hello\r\nContent-Length: 1000\r\n\r\n");
    const drip = setInterval(() => socket.write("x"), 500);
    // 15 s, and at most 5 s until it is noticed.
    const answer = (await socket.toArray()).join("");
    clearInterval(drip);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
  }).timeout(40_000);

  it("ends on SIGINT, too, and runs from source as it does from the bundle", async () => {
    service = await startService({ FROM_SOURCE: "yes" });
    assert.equal(await (await fetch(service.url)).text(), "Hello X-Ray!");
    assert.equal(await service.stop("SIGINT"), 0);
  });

  it("ends with 0 when it is stopped before it listens", async () => {
    const { server, port } = await startSilent("127.0.0.1");
    // A metadata endpoint that doesn't answer holds up the start for a second.
    const environment = { TRACING: "xray", ECS_CONTAINER_METADATA_URI_V4: `http://127.0.0.1:${port}/v4/abc` };
    const ended = runService({ ...environment, PORT: String(await freePort()) }, once(server, "connection"));
    assert.equal((await ended).code, 0);
    server.close();
  });

  const daemon =
    'AWS_XRAY_DAEMON_ADDRESS is "2000": use host:port, as in 127.0.0.1:2000, or tcp:host:port udp:host:port';
  const refused: [environment: Record<string, string>, line: string][] = [
    [{ PORT: "http" }, 'PORT is "http": use a whole number from 1 to 65535'],
    [{ TRACING: "zipkin" }, 'TRACING is "zipkin": use one of xray, otlp, none'],
    [{ TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: "2000" }, daemon],
  ];
  for (const [environment, line] of refused) {
    it(`ends with 1 and one line: ${line}`, async () => {
      assert.deepEqual(await runService(environment), { code: 1, stdout: "", stderr: `hello: ${line}\n` });
    });
  }

  it("ends with 1 and one line about a port that is taken", async () => {
    const { server, port } = await startSilent("0.0.0.0");
    const stderr = `hello: listen EADDRINUSE: address already in use 0.0.0.0:${port}: set PORT to a port that is free\n`;
    const end = await runService({ PORT: String(port), FROM_SOURCE: "yes" });
    assert.deepEqual(end, { code: 1, stdout: "", stderr });
    server.close();
  });
});
