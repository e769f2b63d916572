import assert from "node:assert/strict";
import type { FastifyInstance } from "fastify";
import { currentTrace, inSubsegment, UNSAMPLED } from "../../../app/tracing";
import { SAMPLED, serve } from "../helpers/chain";
import { daemonOfEachTest } from "../helpers/daemon";
import { ODD_VALUES } from "../helpers/oddValues";

const manifest = { name: "@traced-fargate/example", version: "1.2.3" };

describe("tracing, whatever a handler does", () => {
  const daemon = daemonOfEachTest();
  let app: FastifyInstance;
  afterEach(() => app.close());

  /** Answers a sampled request to each handler. */
  async function answer(...handlers: (() => Promise<unknown>)[]) {
    const environment = { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon().address };
    const routes = (built: FastifyInstance) => {
      for (const [index, handler] of handlers.entries()) built.get(`/${index}`, handler);
    };
    const served = await serve({ manifest, routes }, environment);
    app = served.app;
    const statuses: number[] = [];
    for (const index of handlers.keys()) {
      statuses.push((await fetch(`${served.url}/${index}`, { headers: SAMPLED })).status);
    }
    const texts = (await daemon().received(handlers.length)).map((segment) => JSON.stringify(segment));
    return { statuses, texts };
  }

  const failing = (value: unknown) => inSubsegment("work", () => Promise.reject(value));
  const handlers: [what: string, handle: (value: unknown) => Promise<unknown>, status: number][] = [
    ["says what was thrown, whatever that is", failing, 500],
    ["goes on when the handler catches it", (value) => failing(value).catch(() => "caught"), 200],
  ];
  for (const [what, handle, status] of handlers) {
    it(what, async () => {
      const { statuses, texts } = await answer(
        ...ODD_VALUES.map(
          ([, value]) =>
            () =>
              handle(value),
        ),
      );
      for (const [index, [title, , type, message]] of ODD_VALUES.entries()) {
        assert.equal(statuses[index], status, title);
        assert.ok(texts[index]?.includes(`"message":${JSON.stringify(message)},"type":"${type}"`), texts[index]);
      }
    });
  }

  it("makes names and annotations of what X-Ray would refuse", async () => {
    const annotations = { big: 7n, infinite: Number.NaN, nothing: undefined, list: [1], long: "x".repeat(9000) };
    const { texts } = await answer(async () => {
      const scope = currentTrace() ?? UNSAMPLED;
      scope.begin("<script>\n", { annotations: annotations as unknown as Record<string, string> }).end();
      scope.begin("").end();
      scope.begin("x".repeat(9000)).end();
      scope.begin(undefined as unknown as string).end();
      return "done";
    });
    assert.match(String(texts), /"name":"_script__"/);
    assert.match(String(texts), /"name":"unnamed"/);
    assert.match(String(texts), /"big":"7","infinite":"NaN","nothing":"undefined","list":"1"/);
  });
});
