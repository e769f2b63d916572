import assert from "node:assert/strict";
import type { Io } from "../../../tools/operate/command";
import { logsCommand } from "../../../tools/operate/logs/command";
import { parseDuration } from "../../../tools/operate/logs/logEvents";
import { writeLog, writeRecord } from "./localRecord";
import { assertRecorded, outputs, pulumi, type } from "./typed";
import { withAccount } from "./withAccount";

/** Looks again at once. */
const logs = (args: readonly string[], io: Io) => logsCommand(args, io, 1);

const noon = Date.parse("2026-11-20T12:00:00Z");

/** An event as CloudWatch Logs has it (API_FilteredLogEvent.html). */
const event = (second: number, container: string, message: string) => ({
  ...{ eventId: `${second}-${container}-${message}`, timestamp: noon + second * 1000, message },
  logStreamName: `${container}/${container}/0123456789abcdef0123456789abcdef`,
});

const two = pulumi({
  ...outputs,
  ecsServices: [
    ...outputs.ecsServices,
    { ...outputs.ecsServices[0], name: "front", logGroup: "/traced-fargate/dev/front" },
  ],
});

describe("npm run logs", () => {
  const at = withAccount();

  it("prints the lines of all services by their times, with whose they are", async () => {
    const groups: Readonly<Record<string, object[]>> = {
      "/traced-fargate/dev/hello": [
        event(1, "hello", '{"level":30,"msg":"listening"}\n'),
        event(3, "xray-daemon", "[Info] \u001b[31mSuccessfully sent batch of 1 segments\u001b[0m"),
      ],
      "/traced-fargate/dev/front": [event(2, "front", '{"level":30,"msg":"listening"}')],
    };
    at.account.answers.FilterLogEvents = ({ logGroupName }) => ({ events: groups[String(logGroupName)] });
    assertRecorded("logs", "logs", await type(logs, "", { pulumi: two }));
  });

  it("reads page by page, from the time and of the container that is asked for", async () => {
    at.account.answers.FilterLogEvents = ({ nextToken }) =>
      nextToken === undefined ? { events: [], nextToken: "page-2" } : { events: [event(1, "xray-daemon", "a")] };
    const { stdout } = await type(logs, "--since 2h --container xray-daemon --service hello --json", { pulumi: two });
    assert.deepEqual(JSON.parse(stdout), [
      { time: "2026-11-20T12:00:01.000Z", service: "hello", container: "xray-daemon", message: "a" },
    ]);
    const asked = at.account.calls.filter(({ action }) => action === "FilterLogEvents").map(({ input }) => input);
    assert.deepEqual(
      asked.map(({ logGroupName, logStreamNamePrefix, nextToken }) => [logGroupName, logStreamNamePrefix, nextToken]),
      [
        ["/traced-fargate/dev/hello", "xray-daemon/", undefined],
        ["/traced-fargate/dev/hello", "xray-daemon/", "page-2"],
      ],
    );
    assert.ok(Math.abs(Date.now() - 2 * 3_600_000 - Number(asked[0]?.startTime)) < 60_000);
  });

  it("follows until Ctrl-C, each line once, also one that AWS shows late", async () => {
    const now = Date.now();
    const recent = (ago: number, message: string) => ({ ...event(0, "hello", message), timestamp: now - ago });
    const looks = [
      [recent(3000, "first")],
      [recent(3000, "first"), recent(1000, "third")],
      [recent(3000, "first"), recent(2000, "second, late"), recent(1000, "third")],
    ];
    const interruption = new AbortController();
    at.account.answers.FilterLogEvents = () => {
      const events = looks.shift();
      if (events === undefined) interruption.abort();
      return { events: events ?? [] };
    };
    const { code, stdout } = await type(logs, "--follow --json", { interrupted: interruption.signal });
    const messages = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).message);
    assert.deepEqual([code, messages], [0, ["first", "third", "second, late"]]);
  });

  it("says that there are more lines than it reads at once", async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => event(index, "hello", "a"));
    at.account.answers.FilterLogEvents = { events: many, nextToken: "more" };
    const { stdout, stderr } = await type(logs, "");
    assert.equal(stdout.split("\n").length, 10_001);
    assert.equal(stderr, "There are more lines; ask for fewer with --since, --service or --container.\n");
  });

  it("says that there are no lines", async () => {
    at.account.answers.FilterLogEvents = { events: [] };
    const { code, stdout, stderr } = await type(logs, "");
    assert.deepEqual([code, stdout, stderr], [0, "", "No lines; --since 1h looks further back.\n"]);
  });

  it("prints and follows the log of a local run", async () => {
    const folder = writeRecord(at.folder, "dev", {});
    const line = (second: number, container: string, message: string) => ({
      ...{ time: new Date(noon + second * 1000).toISOString(), service: "hello", container, message },
    });
    writeLog(folder, line(1, "hello", "listening"), line(2, "xray-daemon", "Initializing"));
    const interruption = new AbortController();
    const typed = type(logs, "--local --follow --container hello", {
      projectDir: at.folder,
      interrupted: interruption.signal,
    });
    setImmediate(() => writeLog(folder, line(3, "hello", "GET /")));
    setTimeout(() => interruption.abort(), 300);
    assert.equal((await typed).stdout, "12:00:01 hello | listening\n12:00:03 hello | GET /\n");
  });

  it("prints the log of a local run that is over, and says so", async () => {
    const startedAt = "2026-11-20T12:00:00.000Z";
    const folder = writeRecord(at.folder, "dev", { startedAt, endedAt: "2026-11-20T12:00:09.000Z" });
    writeLog(folder, { time: "2026-11-20T12:00:01.000Z", service: "hello", container: "hello", message: "listening" });
    assertRecorded("logs-local", "logs -- --local", await type(logs, "--local --follow", { projectDir: at.folder }));
  });

  const mistakes: readonly [line: string, said: string][] = [
    ["--since yesterday", "--since takes a number and s, m, h or d, such as 10m, not yesterday"],
    ["--service front", "unknown service front: the stack has hello"],
  ];
  for (const [line, said] of mistakes) {
    it(`answers ${line} in one line`, async () => {
      const { code, stderr } = await type(logs, line);
      assert.deepEqual([code, stderr], [1, `error: ${said}\n`]);
    });
  }

  it("takes times in seconds, minutes, hours and days", () => {
    assert.deepEqual(["90s", "10m", "2h", "1d", "10", "m", "-1m", "1.5h"].map(parseDuration), [
      90_000,
      600_000,
      7_200_000,
      86_400_000,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
