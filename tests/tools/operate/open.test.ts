import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../../tools/localRun/task/ports";
import type { Io } from "../../../tools/operate/command";
import { browserCommand } from "../../../tools/operate/open/browser";
import { openCommand } from "../../../tools/operate/open/command";
import { AwsError } from "../../aws/awsProtocol";
import { LocalServer } from "../../processes/localServer";
import { recordedService, startService, writeRecord } from "./localRecord";
import { clientId } from "./operatedAccount";
import { assertRecorded, type } from "./typed";
import { withAccount } from "./withAccount";

describe("npm run open", () => {
  const at = withAccount();
  let opened: string[];
  const open = (args: readonly string[], io: Io) =>
    openCommand(args, io, async (url) => {
      opened.push(url);
      return true;
    });

  // https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html
  const session = { SessionId: "me-0123456789abcdef0", TokenValue: "a-token", StreamUrl: "wss://stream" };

  beforeEach(() => {
    opened = [];
    at.account.answers.StartSession = session;
    process.env.PATH = `${at.folder}:/bin:/usr/bin`;
  });

  /** Puts a plugin on the PATH, which writes its arguments and the session down, and then does this. */
  function install(then: string, version = "1.2.764.0"): void {
    const script = [
      "#!/bin/sh",
      `if [ "$1" = --version ]; then echo ${version}; exit; fi`,
      `printf '%s\\n' "$@" "$AWS_SSM_START_SESSION_RESPONSE" > ${at.folder}/given`,
      then,
    ];
    writeFileSync(join(at.folder, "session-manager-plugin"), `${script.join("\n")}\n`, { mode: 0o755 });
  }
  // As the plugin says it, and as it ends at Ctrl-C.
  const waits = [
    "trap 'echo Terminate signal received, exiting.; exit 0' INT",
    "echo Starting session with SessionId: me-0123456789abcdef0",
    "echo Port 8080 opened for sessionId me-0123456789abcdef0.",
    "echo Waiting for connections...",
    "while true; do sleep 0.02; done",
  ].join("\n");

  it("forwards a port through the client until Ctrl-C, without a token among the arguments", async () => {
    install(waits);
    const port = await freePort();
    const interruption = new AbortController();
    const typed = await type(
      (args, io) =>
        openCommand(args, io, async (url) => {
          opened.push(url);
          interruption.abort();
          return true;
        }),
      `--browser --port ${port}`,
      { interrupted: interruption.signal },
    );
    const recorded = { ...typed, stdout: typed.stdout.replaceAll(String(port), "8080") };
    assertRecorded("open", "open -- --browser", recorded);
    assert.deepEqual(opened, [`http://localhost:${port}/`]);
    const request = {
      Target: clientId,
      DocumentName: "AWS-StartPortForwardingSessionToRemoteHost",
      Parameters: {
        host: ["hello.dev.traced-fargate.internal"],
        portNumber: ["8080"],
        localPortNumber: [String(port)],
      },
    };
    const given = readFileSync(join(at.folder, "given"), "utf8").trim().split("\n");
    const [variable, region, operation, profile, asked = "", endpoint, response = ""] = given;
    assert.deepEqual(
      [variable, region, operation, profile, endpoint],
      ["AWS_SSM_START_SESSION_RESPONSE", "eu-central-1", "StartSession", "", "https://ssm.eu-central-1.amazonaws.com"],
    );
    assert.deepEqual([JSON.parse(asked), JSON.parse(response)], [request, session]);
    assert.deepEqual(at.account.calls.find(({ action }) => action === "StartSession")?.input, request);
  });

  it("says why a session has ended by itself", async () => {
    install("echo Starting session; echo 'Cannot perform start session: EOF' >&2; exit 1");
    const { code, stderr } = await type(open, `--port ${await freePort()}`);
    assert.deepEqual([code, stderr], [1, "error: the session has ended: Cannot perform start session: EOF\n"]);
  });

  it("says where the plugin comes from when it is missing or too old, before a session is started", async () => {
    const installation =
      "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html";
    const missing = `error: the Session Manager plugin is missing; install it: ${installation}\n`;
    assert.equal((await type(open, "")).stderr, missing);
    install(waits, "1.2.497.0");
    const old = `error: the Session Manager plugin 1.2.497.0 is too old; install a newer one: ${installation}\n`;
    assert.equal((await type(open, "")).stderr, old);
    assert.deepEqual(at.account.calls, []);
  });

  it("says that the client is not connected", async () => {
    install(waits);
    at.account.answers.StartSession = () => {
      throw new AwsError("TargetNotConnected", `${clientId} is not connected.`);
    };
    const { stderr } = await type(open, `--port ${await freePort()}`);
    assert.equal(stderr, `error: client ${clientId} is not connected; npm run status says how it is\n`);
  });

  it("says which port to take instead of one that is taken", async () => {
    install(waits);
    const server = await new LocalServer((_request, response) => response.end()).listen();
    const port = Number(new URL(server.url).port);
    const { stderr } = await type(open, `--port ${port}`);
    await server.close();
    assert.equal(stderr, `error: port ${port} is taken; type: npm run open -- --port ${port + 1}\n`);
  });

  const mistakes: readonly [line: string, said: string][] = [
    ["--port 80", "--port takes a whole number from 1024 to 65535, not 80"],
    ["--service front", "unknown service front: there are hello"],
  ];
  for (const [line, said] of mistakes) {
    it(`answers ${line} in one line`, async () => {
      install(waits);
      const { code, stderr } = await type(open, line);
      assert.deepEqual([code, stderr], [1, `error: ${said}\n`]);
    });
  }

  it("prints where a local run is reached", async () => {
    const server = await startService();
    const { url } = server;
    writeRecord(at.folder, "dev", { services: [recordedService(url)] });
    const { code, stdout } = await type(open, "--local --browser", { projectDir: at.folder });
    await server.close();
    const said = `${url} is hello of the local run (process ${process.pid})\n`;
    assert.deepEqual([code, stdout, opened], [0, said, [url]]);
  });

  it("says that there is no local run, or that it is over", async () => {
    const local = () => type(open, "--local", { projectDir: at.folder });
    const command = "type: npm start -- --stack dev --keep";
    assert.equal((await local()).stderr, `error: there is no local run of stack dev; ${command}\n`);
    writeRecord(at.folder, "dev", { endedAt: new Date().toISOString() });
    assert.equal((await local()).stderr, `error: the local run of stack dev is over; ${command}\n`);
  });

  it("opens a browser as the system does", () => {
    const url = "http://localhost:8080/";
    assert.deepEqual(browserCommand(url, "darwin", false), ["open", url]);
    assert.deepEqual(browserCommand(url, "linux", false), ["xdg-open", url]);
    assert.deepEqual(browserCommand(url, "linux", true), ["explorer.exe", url]);
  });
});
