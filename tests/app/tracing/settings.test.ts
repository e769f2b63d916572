import assert from "node:assert/strict";
import { EnvironmentError } from "../../../app/tracing/environmentError";
import { readTracingSettings } from "../../../app/tracing/settings";

describe("readTracingSettings", () => {
  const local = { host: "127.0.0.1", port: 2000 };
  const usual = {
    name: "hello",
    daemon: { udp: local, tcp: local },
    metadataUri: undefined,
    fargate: false,
  };
  const there = { host: "xray.internal", port: 65535 };
  const apart = { udp: local, tcp: { host: "10.0.0.1", port: 1 } };
  const uri = "http://169.254.170.2/v4/abc";
  type Case = [environment: Record<string, string>, expected: object];
  const cases: Case[] = [
    [{}, usual],
    [{ AWS_XRAY_TRACING_NAME: "dev-hello" }, { ...usual, name: "dev-hello" }],
    [{ ECS_CONTAINER_METADATA_URI_V4: uri }, { ...usual, metadataUri: uri }],
    [{ AWS_EXECUTION_ENV: "AWS_ECS_FARGATE" }, { ...usual, fargate: true }],
    [{ AWS_XRAY_DAEMON_ADDRESS: "xray.internal:65535" }, { ...usual, daemon: { udp: there, tcp: there } }],
    ...["tcp:10.0.0.1:1 udp:127.0.0.1:2000", "udp:127.0.0.1:2000 tcp:10.0.0.1:1"].map(
      (address): Case => [{ AWS_XRAY_DAEMON_ADDRESS: address }, { ...usual, daemon: apart }],
    ),
  ];
  for (const [environment, expected] of cases) {
    it(`reads ${JSON.stringify(environment)}`, () => {
      assert.deepEqual(readTracingSettings(environment, "hello"), expected);
    });
  }

  const refused: [variable: string, remedy: string, values: string[]][] = [
    [
      "AWS_XRAY_TRACING_NAME",
      "use 1 to 200 letters, digits, spaces and _ . : / % & # = + \\ - @",
      ["", "a;b", ";a", "a;", "a".repeat(201)],
    ],
    [
      "AWS_XRAY_DAEMON_ADDRESS",
      "use host:port, as in 127.0.0.1:2000, or tcp:host:port udp:host:port",
      [
        ...["", "127.0.0.1", ":2000", "127.0.0.1:0", "127.0.0.1:65536", "a/127.0.0.1:2000", "127.0.0.1:2000a"],
        ...["udp:127.0.0.1:2000", "udp:127.0.0.1:2000 udp:127.0.0.1:2000", "tcp:a:1 udp:b:2 tcp:c:3"],
      ],
    ],
  ];
  for (const [variable, remedy, values] of refused) {
    for (const value of values) {
      it(`refuses ${variable}=${value.slice(0, 40)}`, () => {
        const error = new EnvironmentError(variable, value, remedy);
        assert.equal(error.message, `${variable} is ${JSON.stringify(value)}: ${remedy}`);
        assert.throws(() => readTracingSettings({ [variable]: value }, "hello"), error);
      });
    }
  }
});
