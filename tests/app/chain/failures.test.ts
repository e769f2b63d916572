import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { bff } from "../../../app/bff/service";
import { frontend } from "../../../app/frontend/service";
import { freePort } from "../../processes/freePort";
import { LocalServer } from "../../processes/localServer";
import { type Chain, ROOT, SAMPLED, serve, startChain, treeOf } from "../helpers/chain";
import { startDaemon } from "../helpers/daemon";

describe("the chain, when a service fails", () => {
  const closing: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close();
  });

  async function backend(listener: RequestListener): Promise<string> {
    const server = await new LocalServer(listener).listen();
    closing.push(() => server.close());
    return server.url;
  }

  /** A bff with backends of the test's own. */
  async function startBff(environment: Record<string, string>) {
    const daemon = await startDaemon();
    const own = { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address, ...environment };
    const { app, url } = await serve(bff, own);
    closing.push(
      () => daemon.close(),
      () => {
        // The client keeps connections for further requests, and the service waits for them.
        app.server.closeAllConnections();
        return app.close();
      },
    );
    return { daemon, url, server: app.server };
  }

  const ask = async (url: string) => {
    const started = Date.now();
    const response = await fetch(url, { headers: SAMPLED });
    return { status: response.status, body: await response.json(), ms: Date.now() - started };
  };
  const badGateway = (message: string) => ({ statusCode: 502, error: "Bad Gateway", message });

  const broken: [what: string, listener: RequestListener, message: string, flags: string][] = [
    ["an error", (_, response) => void response.writeHead(500).end("{}"), "date: answered 500", " [fault]"],
    ["a refusal", (_, response) => void response.writeHead(404).end("{}"), "date: answered 404", " [error]"],
    [
      "too many requests",
      (_, response) => void response.writeHead(429).end("{}"),
      "date: answered 429",
      " [error, throttle]",
    ],
    ["what is not JSON", (_, response) => void response.end("<html>"), "date: answered what is not JSON", ""],
    ["no object", (_, response) => void response.end("[]"), "date: answered what is not a JSON object", ""],
    ["a closed connection", (request) => void request.socket.destroy(), "date: socket hang up", " [fault]"],
    ["half an answer", half, "date: aborted", " [fault]"],
  ];
  for (const [what, listener, message, flags] of broken) {
    it(`answers 502 when a backend's answer is ${what}, says so in the trace, and does not ask the next one`, async () => {
      const DATE_URL = await backend(listener);
      let asked = 0;
      const TIME_URL = await backend((_, response) => {
        asked++;
        response.end("{}");
      });
      const { daemon, url } = await startBff({ DATE_URL, TIME_URL });
      const { status, body } = await ask(url);
      assert.deepEqual([status, body, asked], [502, badGateway(message), 0]);
      await daemon.received(1);
      assert.deepEqual(treeOf(daemon), ["bff [fault]", "└─ combine [fault]", `   └─ date (remote)${flags}`]);
    });
  }

  it("answers 502 when a backend is not there", async () => {
    const port = await freePort();
    const { daemon, url } = await startBff({
      DATE_URL: await backend((_, response) => void response.end('{"currentDate":"2026/11/20"}')),
      TIME_URL: `http://127.0.0.1:${port}`,
    });
    const { status, body } = await ask(url);
    assert.deepEqual([status, body], [502, badGateway(`time: connect ECONNREFUSED 127.0.0.1:${port}`)]);
    await daemon.received(1);
    const tree = ["bff [fault]", "└─ combine [fault]", "   ├─ date (remote)", "   └─ time (remote) [fault]"];
    assert.deepEqual(treeOf(daemon), tree);
  });

  const slow: [what: string, listener: RequestListener][] = [
    ["does not answer", () => undefined],
    ["never ends its answer", dripping],
  ];
  for (const [what, listener] of slow) {
    it(`answers 502 in time when a backend ${what}`, async () => {
      const DATE_URL = await backend(listener);
      const { daemon, url } = await startBff({ DATE_URL, DATE_TIMEOUT_MS: "150", TIME_URL: DATE_URL });
      const { status, body, ms } = await ask(url);
      assert.deepEqual([status, body], [502, badGateway("date: no answer within 0.15 s")]);
      assert.ok(ms >= 150, `it took ${ms} ms`);
      const [segment] = await daemon.received(1);
      assert.deepEqual(treeOf(daemon), ["bff [fault]", "└─ combine [fault]", "   └─ date (remote) [fault]"]);
      assert.match(JSON.stringify(segment), /"type":"CallTimeout"/);
    });
  }

  it("sends a trace that is complete also when the caller hangs up while a backend is asked", async () => {
    const caller = new AbortController();
    let gone: Promise<unknown> | undefined;
    const DATE_URL = await backend(async (_, response) => {
      caller.abort();
      await gone;
      response.end("{}");
    });
    const { daemon, url, server } = await startBff({ DATE_URL, TIME_URL: DATE_URL });
    server.once("connection", (socket) => {
      gone = once(socket, "close");
    });
    await assert.rejects(fetch(url, { headers: SAMPLED, signal: caller.signal }));
    await daemon.received(1);
    const tree = ["bff [error]", "└─ combine", "   ├─ date (remote)", "   └─ time (remote)"];
    assert.deepEqual(treeOf(daemon), tree);
  });

  describe("in DynamoDB", () => {
    let chain: Chain | undefined;
    afterEach(() => chain?.close());

    it("shows the fault in every part of the trace on the way, and nowhere else", async () => {
      chain = await startChain({ TABLE_NAME: "no-such-table" });
      const { status, body } = await ask(chain.bffUrl);
      assert.deepEqual([status, body], [502, badGateway("date: answered 502")]);
      await chain.daemon.received(2);
      assert.deepEqual(treeOf(chain.daemon), [
        "bff [fault]",
        "└─ combine [fault]",
        "   └─ date (remote) [fault]",
        "      └─ date [fault]",
        "         └─ DynamoDB PutItem (aws) [error]",
      ]);
    });

    it("shows it in a segment made by hand, too", async () => {
      chain = await startChain({ TABLE_NAME: "no-such-table" });
      const { status, body } = await ask(chain.timeUrl);
      assert.deepEqual([status, body], [502, badGateway("DynamoDB: Requested resource not found")]);
      await chain.daemon.received(1);
      assert.deepEqual(treeOf(chain.daemon), ["time [fault]", "└─ DynamoDB PutItem (aws) [error]"]);
      assert.match(JSON.stringify(chain.daemon.segments), /"type":"ResourceNotFoundException"/);
    });

    it("gives a slow one up after two tries, before the bff gives up", async () => {
      chain = await startChain();
      let tries = 0;
      process.env.AWS_ENDPOINT_URL_DYNAMODB = await backend(() => void tries++);
      const { status, body } = await ask(chain.dateUrl);
      assert.equal(status, 502);
      assert.match((body as { message: string }).message, /^DynamoDB: .*700 ms/);
      // The bff waits 2.5 s.
      assert.equal(tries, 2);
      await chain.daemon.received(1);
      assert.deepEqual(treeOf(chain.daemon), ["date [fault]", "└─ DynamoDB PutItem (aws) [fault]"]);
    });
  });

  it("lets the page say what is wrong when the bff fails, and which trace that is", async () => {
    const header = `Root=${ROOT};Sampled=1`;
    let headers = {};
    const BFF_URL = await backend((_, response) => void response.writeHead(502, headers).end("{}"));
    const { app, url } = await serve(frontend, { BFF_URL, AWS_REGION: "eu-central-1" });
    closing.push(() => app.close());
    const failed = badGateway("bff: answered 502");
    const asked = async () => {
      const { status, body } = await ask(`${url}/now`);
      return [status, body];
    };
    assert.deepEqual(await asked(), [502, { ...failed, trace: null }]);
    headers = { "x-amzn-trace-id": header };
    const link = `https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#xray:traces/${ROOT}`;
    assert.deepEqual(await asked(), [502, { ...failed, trace: { id: ROOT, url: link } }]);
    headers = { "x-amzn-trace-id": header.replace("Sampled=1", "Sampled=0") };
    assert.deepEqual(await asked(), [502, { ...failed, trace: null }]);
  });
});

function half(...[, response]: Parameters<RequestListener>): void {
  response.writeHead(200, { "content-length": "100" });
  response.write('{"currentDate":');
  setTimeout(() => response.destroy(), 20);
}

function dripping(...[request, response]: Parameters<RequestListener>): void {
  const timer = setInterval(() => response.write(" "), 20);
  request.socket.on("close", () => clearInterval(timer));
}
