import assert from "node:assert/strict";
import { sendRequests } from "../../../../tools/localRun/checks/requests";
import { answersAs, identityEnvironment } from "../../../../tools/localRun/identity";
import { LocalServer } from "../../../processes/localServer";
import { TestProcess } from "../../../processes/testProcess";

/** A service that knows nothing of a local run. */
const script = `
  const server = require("node:http").createServer((request, response) => {
    console.log("asked for", request.url);
    response.writeHead(200, { "content-type": "text/plain" }).end("Hello X-Ray!");
  });
  const show = () => console.log("listens", JSON.stringify(server.address()));
  const listen = { options: () => server.listen({ port: 0, host: "0.0.0.0" }, show), port: () => server.listen(0, show),
    both: () => server.listen(0, "0.0.0.0", show) };
  listen[process.argv[1]]();
`;

describe("a process of a local run", () => {
  const run = "this run";
  const expectation = { path: "/", body: "Hello X-Ray!" };
  const { signal } = new AbortController();

  for (const how of ["options", "port", "both"]) {
    it(`listens on loopback, asked by ${how}, and names its run in every answer`, async () => {
      const env = { PATH: process.env.PATH, ...identityEnvironment(run, "--no-deprecation") };
      const service = new TestProcess(["node", "-e", script, how], { env });
      const [, address = ""] = await service.prints(/listens (.+)/);
      const { address: host, port } = JSON.parse(address);
      assert.equal(host, "127.0.0.1");
      const origin = `http://127.0.0.1:${port}`;
      assert.deepEqual([await answersAs(run, origin), await answersAs("another", origin)], [true, false]);
      assert.deepEqual((await sendRequests({ origin, run }, expectation, 1, signal)).failures, []);
      service.child.kill();
      await service.exited;
      // The service has seen no question but the last.
      assert.deepEqual(service.output.split("\n").slice(1), ["asked for /", ""]);
      assert.equal(await answersAs(run, origin), false);
    });
  }

  it("is told apart from another program which answers the same", async () => {
    const stranger = await new LocalServer((_request, response) => response.end("Hello X-Ray!")).listen();
    const origin = stranger.url;
    assert.equal(await answersAs(run, origin), false);
    const { failures } = await sendRequests({ origin, run }, expectation, 1, signal);
    assert.deepEqual(failures, ["was answered by a program that is not of this run"]);
    await stranger.close();
  });
});
