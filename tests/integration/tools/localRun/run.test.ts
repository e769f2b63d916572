import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLocally } from "../../../../tools/localRun/run";
import { buildWorkspaces } from "../../../../tools/localRun/task/build";
import { PortAllocator } from "../../../../tools/localRun/task/ports";
import { LocalServer } from "../../../processes/localServer";
import { testScreen } from "../../../processes/testScreen";
import { exampleProgram } from "../../../tools/localRun/task/exampleProgram";

/** A project whose app does what the tests tell it to. */
function makeProject(): string {
  const directory = mkdtempSync(join(tmpdir(), "local-run-"));
  const app = join(directory, "app/hello");
  mkdirSync(join(app, "dist"), { recursive: true });
  cpSync(join(__dirname, "exampleService.cjs"), join(app, "service.cjs"));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ private: true, workspaces: ["app/*"] }));
  const build = "node -e \"fs.cpSync('service.cjs', 'dist/service.cjs')\"";
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "hello", version: "1.0.0", scripts: { build } }));
  const dockerfile = 'FROM example.com/node AS service\nARG SERVICE\nCMD ["node", "service.cjs"]\n';
  writeFileSync(join(directory, "app/Dockerfile"), dockerfile);
  return directory;
}

interface Run {
  readonly failed: readonly string[];
  readonly passed: number;
  readonly interrupted: boolean;
  readonly output: readonly string[];
}

describe("a local run", () => {
  let projectDirectory: string;

  before(async () => {
    projectDirectory = makeProject();
    await buildWorkspaces(["app/hello"], projectDirectory, new AbortController().signal);
  });

  after(() => rmSync(projectDirectory, { recursive: true }));

  interface Controls {
    readonly interrupt: () => void;
    readonly kill: () => void;
  }

  interface Options {
    readonly stopTimeout?: number;
    readonly daemonCommand?: readonly string[];
    /** Whether it is built again; that takes as long as the rest of some runs. */
    readonly builds?: boolean;
    readonly onLine?: (line: string, controls: Controls) => void;
  }

  /** Runs the example with an app that behaves as told. */
  async function run(behaviour: string, options: Options = {}): Promise<Run> {
    const { stopTimeout = 1, daemonCommand, builds = false, onLine = () => undefined } = options;
    const pace = { interval: 1, startPeriod: 0, retries: behaviour === "unhealthy" ? 1 : 20 };
    const program = await exampleProgram((app, daemon) => [
      {
        ...app,
        environment: [...app.environment, { name: "BEHAVIOUR", value: behaviour }],
        healthCheck: app.healthCheck && { ...app.healthCheck, ...pace },
        stopTimeout,
      },
      { ...daemon, command: daemonCommand ?? daemon.command },
    ]);
    const interrupted = new AbortController();
    const killed = new AbortController();
    const controls = { interrupt: () => interrupted.abort(), kill: () => killed.abort() };
    const output: string[] = [];
    const result = await runLocally({
      program,
      projectDirectory,
      buildWorkspaces: builds ? undefined : async () => undefined,
      patienceMs: 300,
      interrupted: interrupted.signal,
      killed: killed.signal,
      screen: testScreen((line) => {
        output.push(line);
        onLine(line, controls);
      }),
    });
    const failed = result.checks.filter(({ passed }) => !passed).map(({ text }) => text);
    return { failed, passed: result.checks.length - failed.length, interrupted: result.interrupted, output };
  }

  it("passes with a good service", async () => {
    rmSync(join(projectDirectory, "app/hello/dist/service.cjs"));
    const { failed, passed, interrupted, output } = await run("", { builds: true });
    assert.deepEqual({ failed, passed, interrupted }, { failed: [], passed: 6, interrupted: false });
    assert.deepEqual(output.map(withoutNumbers), [
      "  building app/hello",
      "  starting hello",
      "  running hello (app/hello, target service), xray-daemon (stand-in for the X-Ray daemon)",
      `  passed  GET http://127.0.0.1:#/ answered 200 Hello X-Ray!`,
      "  passed  1 segment delivered: # of trace 1-#-#, traced-fargate-dev-hello",
      "  passed  asked for X-Ray's sampling rules",
      "  passed  100 requests, 0 failed: # requests/s, latency p50 #, p90 #, p99 #, longest # ms",
      "  passed  # of 100 traced; the rule Default (1/s + 5 %) allows 1 to #",
      "  stopping",
      "  passed  hello and xray-daemon ended with code 0",
    ]);
  });

  describe("starts again with other ports", () => {
    const { allocate } = PortAllocator.prototype;
    afterEach(() => {
      PortAllocator.prototype.allocate = allocate;
    });

    /** Has the first attempt put a port of the task where this program listens since. */
    function take(taken: number, local: number): void {
      let first = true;
      PortAllocator.prototype.allocate = async function (ports) {
        const map = new Map(await allocate.call(this, ports));
        if (first) map.set(taken, local);
        first = false;
        return map;
      };
    }

    const again = /Another program has taken its port: starting again with others\.$/;
    const passesAgain = ({ failed, passed, output }: Run, message: string) => {
      assert.deepEqual({ failed, passed }, { failed: [], passed: 6 }, output.join("\n"));
      assert.deepEqual(
        output.filter((line) => again.test(line)).map((line) => withoutNumbers(line).replace(again, "").trim()),
        [message],
      );
    };

    it("when the service's has been taken", async () => {
      const other = await new LocalServer().listen();
      take(8080, other.port);
      passesAgain(await run(""), "hello ended with code 1.");
      await other.close();
    });

    it("when the sidecar's has been taken, whose end would not be the service's", async () => {
      const other = createSocket("udp4").bind(0, "127.0.0.1");
      await once(other, "listening");
      take(2000, other.address().port);
      passesAgain(await run(""), "xray-daemon ended with code 1.");
      other.close();
    });

    it("when another program answers in place of a service which does not listen yet", async () => {
      const other = await new LocalServer((_request, response) => response.end("Hello X-Ray!")).listen();
      take(8080, other.port);
      passesAgain(await run("listens-late"), "The answers at http://127.0.0.1:# are not those of hello.");
      await other.close();
    });
  });

  it("says everything a service does wrong", async () => {
    const { failed } = await run("wrong-answer wrong-name samples-everything samples-health ignores-sigterm");
    assert.deepEqual(failed.map(withoutNumbers), [
      'GET http://127.0.0.1:#/ answered 200 "Hello?", expected 200 "Hello X-Ray!"',
      "its segment is named somebody-else, expected traced-fargate-dev-hello",
      '100 requests, 100 failed (answered 200 "Hello?"): # requests/s, latency p50 #, p90 #, p99 #, longest # ms',
      "100 of 100 traced; the rule Default (1/s + 5 %) allows 1 to #",
      "segments were sent of requests no rule samples: GET /health (rule traced-fargate-dev-hello-health)",
      "hello ended by SIGKILL, killed when its stop timeout was over",
    ]);
  });

  it("says what X-Ray would refuse", async () => {
    const { failed } = await run("bad-segments no-rules");
    const [noSegment, noRules, refused, ...others] = failed.map(withoutNumbers);
    assert.deepEqual(
      [noSegment, noRules, others],
      ["no segment of trace 1-#-# was delivered", "did not ask for X-Ray's sampling rules", []],
    );
    assert.match(
      refused ?? "",
      /^X-Ray would refuse segments, \d+ of them, such as: id: must be 16 hexadecimal digits \(\{"format":"json","version":1\} \{"name":/,
    );
  });

  it("fails with the log of a service that crashes under its first request", async () => {
    const { failed, output } = await run("crashes");
    // Whether the request or the process is found dead first is a matter of chance.
    const request = /^GET \S+ (socket hang up|read ECONNRESET), expected 200 "Hello X-Ray!"$/;
    assert.deepEqual(
      failed.filter((text) => !request.test(text)),
      ["hello ended with code 7."],
    );
    assert.deepEqual(output.slice(-4), [
      "  | about to crash",
      "  FAILED  hello ended with code 7.",
      "  stopping",
      "  passed  xray-daemon ended with code 0",
    ]);
  });

  it("fails with a service that never becomes healthy", async () => {
    const { failed } = await run("unhealthy");
    assert.deepEqual(failed, ["hello is UNHEALTHY."]);
  });

  it("goes on without a daemon, and says what is lost", async () => {
    const { failed, output } = await run("", { daemonCommand: ["--fast"] });
    assert.deepEqual(failed.map(withoutNumbers), [
      "no segment of trace 1-#-# was delivered",
      "did not ask for X-Ray's sampling rules",
      "xray-daemon ended with code 1 before it was asked to",
    ]);
    const end = output.indexOf("  xray-daemon ended with code 1. It is not essential, so the task goes on.");
    assert.match(output[end + 1] ?? "", /^ {2}\| \S+ \[Error\] Unknown option '--fast'/);
  });

  it("fails when the build fails", async () => {
    const service = join(projectDirectory, "app/hello/service.cjs");
    renameSync(service, `${service}.away`);
    try {
      const { failed } = await run("", { builds: true });
      assert.equal(failed.length, 1);
      assert.match(failed[0] ?? "", /^npm run build --silent --workspace app\/hello failed:\n(.|\n)*ENOENT/);
    } finally {
      renameSync(`${service}.away`, service);
    }
  });

  for (const moment of ["  building app/hello", "  starting hello", "  running hello", "  passed  GET"]) {
    it(`stops everything in order when it is interrupted at "${moment.trim()}"`, async () => {
      const { failed, interrupted, output } = await run("", {
        builds: moment.includes("building"),
        onLine: (line, { interrupt }) => line.startsWith(moment) && interrupt(),
      });
      assert.deepEqual({ failed, interrupted }, { failed: [], interrupted: true });
      assert.equal(output.filter((line) => line === "  stopping").length, 1);
    });
  }

  it("kills what is left when it is told to", async () => {
    const startedAt = Date.now();
    const { failed } = await run("ignores-sigterm", {
      stopTimeout: 60,
      onLine: (line, { interrupt, kill }) => {
        if (line.startsWith("  running")) interrupt();
        if (line === "  stopping") setTimeout(kill, 100);
      },
    });
    assert.deepEqual(failed, ["hello ended by SIGKILL", "xray-daemon ended by SIGKILL"]);
    assert.ok(Date.now() - startedAt < 10_000);
  });
});

/** A line without what differs from run to run. */
function withoutNumbers(line: string): string {
  return line
    .replace(/127\.0\.0\.1:\d+/, "127.0.0.1:#")
    .replaceAll(/[0-9a-f]{8,}|\b\d+\.\d\d\b/g, "#")
    .replace(/\d+ requests\/s/, "# requests/s")
    .replace(/\b(\d+) of 100 traced(.*) to \d+/, (_, count: string, rest: string) => {
      return `${count === "100" ? count : "#"} of 100 traced${rest} to #`;
    });
}
