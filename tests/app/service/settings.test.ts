import assert from "node:assert/strict";
import { frontend } from "../../../app/frontend/service";
import { readCallee } from "../../../app/service";
import { readAccessLog, readSettings } from "../../../app/service/settings";
import { servicesOfEachTest } from "../helpers/services";

type Environment = Record<string, string>;

describe("the settings of a service", () => {
  const DATE_URL = "http://date:8080";

  it("say on which port it listens, by default 8080", () => {
    assert.deepEqual(
      [{}, { PORT: "1" }, { PORT: "65535" }].map((each) => readSettings(each).port),
      [8080, 1, 65535],
    );
  });

  it("let it drain for as long as names lead to it on ECS, and no longer than it must elsewhere", () => {
    const onEcs = { ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4/abc" };
    assert.deepEqual(
      [{}, onEcs].map((each) => readSettings(each).drainMs),
      [500, 12_000],
    );
  });

  it("turn the access log on", () => {
    assert.deepEqual([{}, { ACCESS_LOG: "off" }, { ACCESS_LOG: "on" }].map(readAccessLog), [false, false, true]);
  });

  it("say where a called service is and how long it may take", () => {
    const callee = { name: "date", url: new URL(DATE_URL), timeoutMs: 2000 };
    assert.deepEqual(readCallee({ DATE_URL }, "date", 2000), callee);
    for (const timeoutMs of [1, 60_000]) {
      const environment = { DATE_URL, DATE_TIMEOUT_MS: String(timeoutMs) };
      assert.deepEqual(readCallee(environment, "date", 2000), { ...callee, timeoutMs });
    }
  });

  const readDate = (environment: Environment) => readCallee({ DATE_URL, ...environment }, "date", 9);
  const milliseconds = "use a whole number of milliseconds from 1 to 60000";
  const refused: [read: (environment: Environment) => unknown, variable: string, values: string[], remedy: string][] = [
    [readSettings, "PORT", ["", "0", "65536", "1e3", "8080 "], "use a whole number from 1 to 65535"],
    [readAccessLog, "ACCESS_LOG", ["yes", ""], "use one of on, off"],
    [
      readDate,
      "DATE_URL",
      ["", "date", "xhttp://date", "http://["],
      `use the address of the service date, as in ${DATE_URL}`,
    ],
    [readDate, "DATE_TIMEOUT_MS", ["0", "60001", "1.5", "a1"], milliseconds],
  ];
  for (const [read, variable, values, remedy] of refused) {
    for (const value of values) {
      it(`refuse ${variable}=${JSON.stringify(value)}`, () => {
        const message = `${variable} is "${value}": ${remedy}`;
        assert.throws(() => read({ [variable]: value }), { name: "EnvironmentError", message });
      });
    }
  }
});

describe("the frontend", () => {
  const services = servicesOfEachTest();
  const build = (region: string) => services().build(frontend, { BFF_URL: "http://bff:8080", AWS_REGION: region });

  for (const region of ["", "eu-central", "1eu-central-1", "eu-central-1a"]) {
    it(`does not start with ${JSON.stringify(region)} for the region of the traces it links to`, () => {
      const message = `AWS_REGION is "${region}": use the region of the traces, as in eu-central-1`;
      assert.throws(() => build(region), { message });
    });
  }

  it("serves a page which may run its own script and nothing else", async () => {
    const { statusCode, headers, body } = await build("eu-central-1").inject("/");
    assert.equal(statusCode, 200);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.match(
      String(headers["content-security-policy"]),
      /^default-src 'none'; connect-src 'self'; img-src data:; script-src 'sha256-[\w+/]{43}='; style-src 'sha256-[\w+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    for (const id of ["date", "time", "trace", "problem", "again"]) {
      assert.equal(body.split(`id="${id}"`).length, 2, id);
    }
  });
});
