import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Io } from "../../../tools/operate/command";
import { loadCommand } from "../../../tools/operate/load/command";
import { parseAb } from "../../../tools/operate/load/loadResult";
import { abCommand } from "../../../tools/operate/load/remoteLoad";
import { AwsError } from "../../aws/awsProtocol";
import { readRequests, recordedService, startService, writeRecord } from "./localRecord";
import { clientId } from "./operatedAccount";
import { assertRecorded, outputs, pulumi, type } from "./typed";
import { withAccount } from "./withAccount";

/** Looks again at once. */
const load = (args: readonly string[], io: Io) => loadCommand(args, io, 1);

/** What `ab` 2.3 printed: to a server of which each tenth answer is a 503, to none, and when it got SIGINT. */
const printed = (name: string) => readFileSync(join(__dirname, "ab", `${name}.txt`), "utf8");
const url = "http://hello.dev.traced-fargate.internal:8080/";

describe("npm run load", () => {
  const at = withAccount();
  const inputs = (action: string) =>
    at.account.calls.filter((call) => call.action === action).map(({ input }) => input);

  /**
   * Has the client take a command, and be asked about it so often
   * (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetCommandInvocation.html).
   */
  function answerWith(...invocations: readonly (object | undefined)[]): void {
    const answers = [...invocations];
    at.account.answers.SendCommand = {
      Command: { CommandId: "11111111-2222-3333-4444-555555555555", Status: "Pending" },
    };
    at.account.answers.GetCommandInvocation = () => {
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      if (answer === undefined) throw new AwsError("InvocationDoesNotExist");
      return answer;
    };
  }
  const running = { Status: "InProgress", StatusDetails: "InProgress", ResponseCode: -1 };
  const success = (name: string) => ({ Status: "Success", ResponseCode: 0, StandardOutputContent: printed(name) });
  const all = printed("non-2xx").replace("Non-2xx responses:      10\n", "");

  it("sends it from the client, and prints what came of it", async () => {
    answerWith(undefined, running, { ...success("non-2xx"), StandardOutputContent: all });
    const typed = await type(load, "-n 100 -c 4");
    assertRecorded("load", "load -- -n 100 -c 4", typed);
    assert.deepEqual(inputs("SendCommand"), [
      {
        ...{ DocumentName: "AWS-RunShellScript", InstanceIds: [clientId], Comment: "npm run load", TimeoutSeconds: 60 },
        Parameters: {
          commands: [`timeout --foreground --signal=INT 600 ab -q -l -r -n 100 -c 4 ${url}`],
          executionTimeout: ["630"],
        },
      },
    ]);
  });

  it("exits with 2 when requests failed, or were not sent in time", async () => {
    answerWith(success("non-2xx"));
    assertRecorded("load-failed", "load -- -n 100 -c 4", await type(load, "-n 100 -c 4"));
    answerWith({ Status: "Failed", ResponseCode: 124, StandardOutputContent: printed("interrupted") });
    assertRecorded("load-too-long", "load -- -n 1000 -c 4", await type(load, "-n 1000 -c 4"));
  });

  it("prints the result as one JSON document", async () => {
    answerWith(success("refused"));
    const { code, stdout } = await type(load, "-n 100 -c 4 --json");
    const { completed, failed, percentiles } = JSON.parse(stdout);
    assert.deepEqual(
      [code, completed, failed, Object.keys(percentiles)],
      [2, 100, 100, ["50", "75", "90", "99", "100"]],
    );
  });

  it("ends ab on the client at Ctrl-C, and says so", async () => {
    const interruption = new AbortController();
    answerWith(running);
    at.account.answers.CancelCommand = () => {
      answerWith({ Status: "Cancelling" }, { Status: "Cancelled" });
      return {};
    };
    const first = at.account.answers.GetCommandInvocation;
    at.account.answers.GetCommandInvocation = (input) => {
      interruption.abort();
      return typeof first === "function" ? first(input) : {};
    };
    const { code, stdout, stderr } = await type(load, "", { interrupted: interruption.signal });
    assert.deepEqual([code, stdout, stderr], [130, "", `interrupted: ab has ended on client ${clientId}\n`]);
    assert.deepEqual(inputs("CancelCommand"), [
      { CommandId: "11111111-2222-3333-4444-555555555555", InstanceIds: [clientId] },
    ]);
  });

  const failures: readonly [what: string, invocation: object, said: string][] = [
    [
      "a command that was not delivered",
      { Status: "TimedOut", StatusDetails: "DeliveryTimedOut" },
      `client ${clientId} sent no load: command TimedOut, DeliveryTimedOut`,
    ],
    [
      "a name that is not known",
      {
        ...{ Status: "Failed", ResponseCode: 50 },
        StandardErrorContent:
          "apr_sockaddr_info_get() for hello: Name or service not known (670002)\nfailed to run commands: exit status 50",
      },
      `client ${clientId} sent no load: apr_sockaddr_info_get() for hello: Name or service not known (670002); ` +
        "command Failed, exit code 50",
    ],
    [
      "no result",
      { Status: "Success", StandardOutputContent: "" },
      `client ${clientId} sent no load: it printed no result`,
    ],
  ];
  for (const [what, invocation, said] of failures) {
    it(`says in one line what ${what} is`, async () => {
      answerWith(invocation);
      const { code, stdout, stderr } = await type(load, "");
      assert.deepEqual([code, stdout, stderr], [1, "", `error: ${said}\n`]);
    });
  }

  it("says that the client takes no commands", async () => {
    at.account.answers.SendCommand = () => {
      throw new AwsError("InvalidInstanceId");
    };
    const said = `error: client ${clientId} does not take commands; npm run status says how it is\n`;
    assert.equal((await type(load, "")).stderr, said);
  });

  it("says that there is no client", async () => {
    const { stderr } = await type(load, "", { pulumi: pulumi({ ...outputs, clientInstanceId: "none" }) });
    assert.match(
      stderr,
      /^error: stack dev has no load client; type: pulumi config set client load --stack dev && npm/,
    );
  });

  const mistakes: readonly [line: string, said: string][] = [
    ["-n 100001", "-n takes a whole number from 1 to 100000, not 100001"],
    ["-n 0", "-n takes a whole number from 1 to 100000, not 0"],
    ["-c many", "-c takes a whole number from 1 to 200, not many"],
    ["-n 2 -c 4", "-c must not be more than -n"],
  ];
  for (const [line, said] of mistakes) {
    it(`answers ${line} in one line`, async () => {
      const { code, stderr } = await type(load, line, { projectDir: at.folder });
      assert.deepEqual([code, stderr], [1, `error: ${said}\n`]);
      assert.deepEqual(at.account.calls, []);
    });
  }

  it("lets nothing but a URL into the shell", () => {
    for (const wrong of ["http://a:1/;reboot", "http://a:1/'", "http://$(a):1/", "https://a:1/"]) {
      assert.throws(() => abCommand({ url: wrong, requests: 1, concurrency: 1 }), /is not a URL of a service/);
    }
  });

  it("reads what ab prints when it was interrupted", () => {
    const result = parseAb(printed("interrupted"), { url, requests: 1000, concurrency: 4 });
    assert.deepEqual([result?.completed, result?.failed, result?.percentiles["100"]], [45, 0, 181]);
  });

  it("sends it from this machine to the local run that is kept, and notes it there", async () => {
    let requests = 0;
    const server = await startService((_request, response) => {
      requests += 1;
      response.writeHead(requests % 10 === 0 ? 503 : 200).end("hello");
    });
    try {
      const folder = writeRecord(at.folder, "dev", { services: [recordedService(server.url)] });
      const { code, stdout, stderr } = await type(load, "--local -n 50 -c 2 --json", { projectDir: at.folder });
      const { completed, failed, percentiles } = JSON.parse(stdout);
      assert.deepEqual([code, completed, failed, requests], [2, 50, 5, 50], stderr);
      assert.deepEqual(Object.keys(percentiles), ["50", "75", "90", "99", "100"]);
      const [{ from, to, ...sent } = { from: 0, to: 0 }] = readRequests(folder) as { from: number; to: number }[];
      assert.deepEqual(sent, { service: "traced-fargate-dev-hello", method: "GET", path: "/", requests: 50 });
      assert.ok(from > 0 && from <= to);

      const typed = await type(load, "--local -n 10", { projectDir: at.folder });
      // The port and how quick this machine is.
      const same = typed.stdout
        .replace(/127\.0\.0\.1:\d+/, "127.0.0.1:40000")
        .replace(/[\d.]+ s, [\d.]+ a second/, "0.02 s, 500 a second")
        .replace(/^milliseconds .*$/m, "milliseconds 50 % 1, 75 % 2, 90 % 3, 99 % 9, longest 9");
      assertRecorded("load-local", "load -- --local -n 10", { ...typed, stdout: same });
    } finally {
      await server.close();
    }
  });

  it("starts a local run where none is kept, and says in one line that it did not start", async () => {
    const { code, stderr } = await type(load, "--local --stack nope");
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^No local run of stack nope is kept, so one is started \(npm start -- --keep\)\.\nerror: the local run of stack nope did not start: unknown stack "nope": .*\n$/,
    );
  });
});
