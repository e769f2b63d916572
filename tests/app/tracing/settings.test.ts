import assert from "node:assert/strict";
import { EnvironmentError } from "../../../app/tracing/environmentError";
import { readTracingSettings } from "../../../app/tracing/settings";
import { pathOf } from "../../../app/tracing/tracer";

const local = { host: "127.0.0.1", port: 2000 };

describe("readTracingSettings", () => {
  it("traces nothing unless told to", () => {
    assert.deepEqual(readTracingSettings({}, "hello"), { tracer: "none" });
    assert.deepEqual(readTracingSettings({ TRACING: "none", AWS_XRAY_DAEMON_ADDRESS: "?" }, "hello"), {
      tracer: "none",
    });
  });

  it("traces to the daemon beside it, under its own name", () => {
    assert.deepEqual(readTracingSettings({ TRACING: "xray" }, "hello"), {
      tracer: "xray",
      serviceName: "hello",
      daemon: { udp: local, tcp: local },
      metadataUri: undefined,
      fargate: false,
    });
  });

  it("takes what the task definition and Fargate say", () => {
    const environment = {
      TRACING: "xray",
      AWS_XRAY_TRACING_NAME: "traced-fargate-dev-hello",
      AWS_XRAY_DAEMON_ADDRESS: "xray.internal:2001",
      ECS_CONTAINER_METADATA_URI_V4: "http://169.254.170.2/v4/abc",
      AWS_EXECUTION_ENV: "AWS_ECS_FARGATE",
    };
    const daemon = { host: "xray.internal", port: 2001 };
    assert.deepEqual(readTracingSettings(environment, "hello"), {
      tracer: "xray",
      serviceName: "traced-fargate-dev-hello",
      daemon: { udp: daemon, tcp: daemon },
      metadataUri: "http://169.254.170.2/v4/abc",
      fargate: true,
    });
  });

  for (const address of ["tcp:10.0.0.1:2001 udp:127.0.0.1:2000", "udp:127.0.0.1:2000 tcp:10.0.0.1:2001"]) {
    it(`takes ${address}`, () => {
      const settings = readTracingSettings({ TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: address }, "hello");
      assert.deepEqual("daemon" in settings && settings.daemon, { udp: local, tcp: { host: "10.0.0.1", port: 2001 } });
    });
  }

  const daemonRemedy = "use host:port, as in 127.0.0.1:2000, or tcp:host:port udp:host:port";
  const nameRemedy = "use 1 to 200 letters, digits, spaces and _ . : / % & # = + \\ - @";
  const refused: [variable: string, value: string, remedy: string][] = [
    ["TRACING", "jaeger", "use one of xray, none"],
    ["TRACING", "", "use one of xray, none"],
    ["AWS_XRAY_TRACING_NAME", "", nameRemedy],
    ["AWS_XRAY_TRACING_NAME", "a;b", nameRemedy],
    ["AWS_XRAY_TRACING_NAME", "a".repeat(201), nameRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", "", daemonRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1", daemonRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", ":2000", daemonRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:0", daemonRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", "127.0.0.1:65536", daemonRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", "udp:127.0.0.1:2000", daemonRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", "udp:127.0.0.1:2000 udp:127.0.0.1:2000", daemonRemedy],
    ["AWS_XRAY_DAEMON_ADDRESS", "tcp:a:1 udp:b:2 tcp:c:3", daemonRemedy],
  ];
  for (const [variable, value, remedy] of refused) {
    it(`refuses ${variable}=${value.slice(0, 40)}`, () => {
      const error = new EnvironmentError(variable, value, remedy);
      assert.equal(error.message, `${variable} is ${JSON.stringify(value)}: ${remedy}`);
      assert.throws(() => readTracingSettings({ TRACING: "xray", [variable]: value }, "hello"), error);
    });
  }
});

describe("pathOf", () => {
  const cases: [target: string | undefined, path: string][] = [
    ["/", "/"],
    ["/health", "/health"],
    ["/health?token=secret", "/health"],
    ["/?a=/b?c", "/"],
    ["*", ""],
    ["http://example.com/", ""],
    [undefined, ""],
  ];
  for (const [target, path] of cases) {
    it(`of ${target} is "${path}"`, () => assert.equal(pathOf(target), path));
  }
});
