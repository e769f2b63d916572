import assert from "node:assert/strict";
import { once } from "node:events";
import type { RequestListener } from "node:http";
import { bff } from "../../../app/bff/service";
import { frontend } from "../../../app/frontend/service";
import { freePort } from "../../../tools/localRun/task/ports";
import { HeldTimers } from "../../processes/heldTimers";
import { LocalServer } from "../../processes/localServer";
import { Chain } from "../helpers/chain";
import { ask, ROOT, SAMPLED, servicesOfEachTest } from "../helpers/services";

type Listener = (...args: Parameters<RequestListener>) => unknown;

const answering =
  (status: number, body: string): Listener =>
  (_, response) =>
    response.writeHead(status).end(body);

const half: Listener = (_, response) => {
  response.writeHead(200, { "content-length": "100" });
  response.write('{"currentDate":', () => setImmediate(() => response.destroy()));
};

const askForJson = async (url: string) => {
  const response = await ask(url, SAMPLED);
  return [response.status, await response.json()];
};
const badGateway = (message: string) => ({ statusCode: 502, error: "Bad Gateway", message });

describe("the chain, when a service fails", () => {
  const services = servicesOfEachTest();
  const servers: LocalServer[] = [];
  let timers: HeldTimers | undefined;
  afterEach(async () => {
    timers?.restore();
    for (const server of servers.splice(0)) await server.close();
  });

  async function backend(listener: Listener): Promise<string> {
    const server = await new LocalServer(listener as RequestListener).listen();
    servers.push(server);
    return server.url;
  }

  const broken: [what: string, listener: Listener, message: string, flags: string][] = [
    ["an error", answering(500, "{}"), "answered 500", " [fault]"],
    ["a refusal", answering(404, "{}"), "answered 404", " [error]"],
    ["too many requests", answering(429, "{}"), "answered 429", " [error, throttle]"],
    ["what is not JSON", answering(200, "<html>"), "answered what is not JSON", ""],
    ["a list", answering(200, "[]"), "answered what is not a JSON object", ""],
    ["null", answering(200, "null"), "answered what is not a JSON object", ""],
    ["a closed connection", (request) => request.socket.destroy(), "socket hang up", " [fault]"],
    ["half an answer", half, "aborted", " [fault]"],
  ];
  for (const [what, listener, message, flags] of broken) {
    it(`answers 502 when a backend's answer is ${what}, says so in the trace, and does not ask the next one`, async () => {
      const url = await services().serve(bff, {
        DATE_URL: await backend(listener),
        TIME_URL: await backend(assert.fail),
      });
      assert.deepEqual(await askForJson(url), [502, badGateway(`date: ${message}`)]);
      const tree = ["bff [fault]", "└─ combine [fault]", `   └─ date (remote)${flags}`];
      assert.deepEqual(await services().tree(1), tree);
    });
  }

  it("answers 502 when a backend is not there", async () => {
    const port = await freePort();
    const DATE_URL = await backend(answering(200, '{"currentDate":"2026/11/20"}'));
    const url = await services().serve(bff, { DATE_URL, TIME_URL: `http://127.0.0.1:${port}` });
    timers = new HeldTimers(150);
    const asked = askForJson(url);
    await timers.pass(150);
    await timers.pass(150);
    assert.deepEqual(await asked, [502, badGateway(`time: connect ECONNREFUSED 127.0.0.1:${port}`)]);
    const tree = ["bff [fault]", "└─ combine [fault]", "   ├─ date (remote)", "   └─ time (remote) [fault]"];
    assert.deepEqual(await services().tree(1), tree);
  });

  const slow: [what: string, listener: Listener][] = [
    ["does not answer", () => undefined],
    ["never ends its answer", (_, response) => response.write(" ")],
  ];
  for (const [what, listener] of slow) {
    it(`answers 502 in time when a backend ${what}`, async () => {
      timers = new HeldTimers(2500);
      const DATE_URL = await backend((...args) => {
        listener(...args);
        void timers?.pass(2500);
      });
      const url = await services().serve(bff, { DATE_URL, TIME_URL: DATE_URL });
      assert.deepEqual(await askForJson(url), [502, badGateway("date: no answer within 2.5 s")]);
      const tree = ["bff [fault]", "└─ combine [fault]", "   └─ date (remote) [fault]"];
      assert.deepEqual(await services().tree(1), tree);
      assert.match(JSON.stringify(services().daemon.segments), /"type":"CallTimeout"/);
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
    const app = services().build(bff, { DATE_URL, TIME_URL: DATE_URL });
    app.server.once("connection", (socket) => {
      gone = once(socket, "close");
    });
    const headers = { "x-amzn-trace-id": SAMPLED };
    await assert.rejects(fetch(await services().listen(app), { headers, signal: caller.signal }));
    await services().daemon.delivered(1);
    const tree = ["bff [error]", "└─ combine", "   ├─ date (remote)", "   └─ time (remote)"];
    assert.deepEqual(await services().tree(1), tree);
  });

  it("lets the page say what is wrong when the bff fails, and which trace that is", async () => {
    let headers = {};
    const BFF_URL = await backend((_, response) => response.writeHead(502, headers).end("{}"));
    const url = await services().serve(frontend, { BFF_URL, AWS_REGION: "eu-central-1" });
    const console = "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1";
    for (const [header, trace] of [
      ["", null],
      [SAMPLED, { id: ROOT, url: `${console}#xray:traces/${ROOT}` }],
      ["Sampled=1", null],
      [`Root=${ROOT};Sampled=0`, null],
    ] as const) {
      headers = { "x-amzn-trace-id": header };
      assert.deepEqual(await askForJson(`${url}/now`), [502, { ...badGateway("bff: answered 502"), trace }]);
    }
  });

  describe("in DynamoDB", () => {
    let chain: Chain;
    afterEach(() => chain.close());

    it("shows the fault in every part of the trace on the way, and nowhere else", async () => {
      chain = await Chain.start({ TABLE_NAME: "no-such-table" });
      assert.deepEqual(await askForJson(chain.urls.bff), [502, badGateway("date: answered 502")]);
      assert.deepEqual(await chain.services.tree(2), [
        "bff [fault]",
        "└─ combine [fault]",
        "   └─ date (remote) [fault]",
        "      └─ date [fault]",
        "         └─ DynamoDB PutItem (aws) [error]",
      ]);
    });

    it("shows it in a segment made by hand, too", async () => {
      chain = await Chain.start({ TABLE_NAME: "no-such-table" });
      const problem = badGateway("DynamoDB: Requested resource not found");
      assert.deepEqual(await askForJson(chain.urls.time), [502, problem]);
      assert.deepEqual(await chain.services.tree(1), ["time [fault]", "└─ DynamoDB PutItem (aws) [error]"]);
      assert.match(JSON.stringify(chain.services.daemon.segments), /"type":"ResourceNotFoundException"/);
    });

    it("gives a slow one up after two tries, before the bff gives up", async () => {
      chain = await Chain.start();
      timers = new HeldTimers(700);
      let tries = 0;
      process.env.AWS_ENDPOINT_URL_DYNAMODB = await backend(() => {
        tries++;
        void timers?.pass(700);
      });
      const [status, body] = await askForJson(chain.urls.date);
      assert.equal(status, 502);
      assert.match((body as { message: string }).message, /^DynamoDB: .*700 ms/);
      assert.equal(tries, 2);
      assert.deepEqual(await chain.services.tree(1), ["date [fault]", "└─ DynamoDB PutItem (aws) [fault]"]);
    });
  });
});
