import assert from "node:assert/strict";
import { frontend } from "../../../app/frontend/service";
import { buildService, readCallee } from "../../../app/service";
import { readAccessLog, readSettings } from "../../../app/service/settings";
import { EnvironmentError } from "../../../app/tracing";
import { silent } from "../helpers/chain";

describe("readSettings", () => {
  it("listens on 8080 unless told otherwise", () => {
    assert.equal(readSettings({}).port, 8080);
    assert.equal(readSettings({ PORT: "1" }).port, 1);
    assert.equal(readSettings({ PORT: "65535" }).port, 65535);
  });

  it("drains for as long as names lead to it on ECS, and no longer than it must elsewhere", () => {
    assert.equal(readSettings({}).drainMs, 500);
    assert.equal(readSettings({ ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4/abc" }).drainMs, 12_000);
  });

  for (const value of ["", "0", "65536", "-1", "80.5", "8080 ", "0x50", "http", "1e3"]) {
    it(`refuses PORT=${JSON.stringify(value)}`, () => {
      const error = new EnvironmentError("PORT", value, "use a whole number from 1 to 65535");
      assert.throws(() => readSettings({ PORT: value }), error);
    });
  }
});

describe("readAccessLog", () => {
  it("is off unless it is on", () => {
    assert.deepEqual([{}, { ACCESS_LOG: "off" }, { ACCESS_LOG: "on" }].map(readAccessLog), [false, false, true]);
    assert.throws(
      () => readAccessLog({ ACCESS_LOG: "yes" }),
      new EnvironmentError("ACCESS_LOG", "yes", "use one of on, off"),
    );
  });
});

describe("readCallee", () => {
  it("reads where a service is and how long it may take", () => {
    assert.deepEqual(readCallee({ DATE_URL: "http://date:8080" }, "date", 2000), {
      name: "date",
      url: new URL("http://date:8080/"),
      timeoutMs: 2000,
    });
    assert.equal(readCallee({ DATE_URL: "http://date:8080", DATE_TIMEOUT_MS: "5" }, "date", 2000).timeoutMs, 5);
  });

  const wrong: [environment: Record<string, string>, message: string][] = [
    ...["", "date:8080", "xhttp://date:8080", "http://["].map((DATE_URL): [Record<string, string>, string] => [
      { DATE_URL },
      `DATE_URL is "${DATE_URL}": use the address of the service date, as in http://date:8080`,
    ]),
    ...["0", "60001", "1.5", "soon"].map((text): [Record<string, string>, string] => [
      { DATE_URL: "http://date:8080", DATE_TIMEOUT_MS: text },
      `DATE_TIMEOUT_MS is "${text}": use a whole number of milliseconds from 1 to 60000`,
    ]),
  ];
  for (const [environment, message] of wrong) {
    it(`refuses ${JSON.stringify(environment)}`, () => {
      assert.throws(() => readCallee(environment, "date", 2000), { name: "EnvironmentError", message });
    });
  }
});

describe("the frontend", () => {
  for (const region of [undefined, "eu-central", "1eu-central-1", "eu-central-1a"]) {
    it(`does not start with ${region} for the region of the traces it links to`, () => {
      assert.throws(() => buildService(frontend, { BFF_URL: "http://bff:8080", AWS_REGION: region }, silent), {
        message: `AWS_REGION is "${region ?? ""}": use the region of the traces, as in eu-central-1`,
      });
    });
  }

  it("serves a page which may run its own script and nothing else", async () => {
    const app = buildService(frontend, { BFF_URL: "http://bff:8080", AWS_REGION: "eu-central-1" }, silent);
    const { statusCode, headers, body } = await app.inject("/");
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
    await app.close();
  });
});
