import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import timers from "node:timers/promises";
import { interruptedError, pollUntil, withInterruption } from "../../../components/dynamicProvider/pollUntil";

const { signal } = new AbortController();

function awsError(name: string, more: object = {}): Error {
  return Object.assign(new Error("said AWS"), { name, ...more });
}

describe("pollUntil", () => {
  const wait = { what: "it", intervalMs: 10, deadlineMs: 60_000, signal };
  const { setTimeout: sleep } = timers;
  const { write } = process.stderr;
  const { now } = Date;
  let pauses: number[];
  let lines: string[];

  beforeEach(() => {
    [pauses, lines] = [[], []];
    let time = 0;
    Date.now = () => time;
    const pass = async (milliseconds: number) => {
      assert.ok(pauses.push(milliseconds) < 100, "it never ends");
      time += milliseconds;
    };
    Object.assign(timers, { setTimeout: pass });
    process.stderr.write = (chunk: string | Uint8Array) => lines.push(String(chunk)) > 0;
  });

  afterEach(() => {
    Date.now = now;
    Object.assign(timers, { setTimeout: sleep });
    process.stderr.write = write;
  });

  it("looks until there is an answer, and returns it", async () => {
    const answers = [undefined, false, 0, 1] as const;
    assert.equal(await pollUntil<number>({ ...wait, check: async () => answers[pauses.length] }), 0);
    assert.deepEqual(pauses, [10, 15]);
  });

  const until = (count: number) => async () => pauses.length === count;

  it("pauses half as long again each time, up to four times the first, or no longer than it is told", async () => {
    await pollUntil({ ...wait, check: until(6) });
    assert.deepEqual(pauses.splice(0), [10, 15, 22.5, 33.75, 40, 40]);
    await pollUntil({ ...wait, maxIntervalMs: 12, check: until(3) });
    assert.deepEqual(pauses, [10, 12, 12]);
  });

  it("looks for the last time at the deadline, and says what it saw", async () => {
    let looks = 0;
    const check = async (report: (seen: string) => void) => report(`look ${++looks}`) ?? false;
    const waiting = pollUntil({ ...wait, intervalMs: 100, deadlineMs: 350, check });
    const message = "gave up after 0.4 s of waiting for it (look 4)";
    await assert.rejects(waiting, { message, code: "DeadlineExceeded" });
    assert.deepEqual(pauses, [100, 150, 100]);
  });

  const errors: [title: string, error: Error, pauses: number[] | undefined][] = [
    ["of too many calls", awsError("Throttling"), [20, 60]],
    ["of a broken connection", awsError("Error", { code: "EPIPE" }), [10, 15]],
    ["of a broken connection, renamed", awsError("Odd", { code: "EPIPE" }), [10, 15]],
    ["of a time-out", awsError("TimeoutError"), [10, 15]],
    ["inside AWS, by its name", awsError("InternalError"), [10, 15]],
    ["inside AWS, by its status", awsError("Odd", { $metadata: { httpStatusCode: 500 } }), [10, 15]],
    ["of a wrong call", awsError("Odd", { $metadata: { httpStatusCode: 499 } }), undefined],
    ["without a code", new Error("no such thing"), undefined],
  ];
  for (const [title, error, expected] of errors) {
    it(`takes an error ${title} ${expected === undefined ? "for the end" : "for `not yet`"}`, async () => {
      const check = async () => {
        if (pauses.length < 2) {
          throw error;
        }
        return "there";
      };
      const answer = await pollUntil({ ...wait, check }).catch((caught: unknown) => caught);
      assert.deepEqual([answer, pauses], expected === undefined ? [error, []] : ["there", expected]);
    });
  }

  it("names the error that it met until the deadline", async () => {
    const check = () => Promise.reject(awsError("Throttling"));
    await assert.rejects(pollUntil({ ...wait, deadlineMs: 5, check }), {
      message: "gave up after 0 s of waiting for it (Throttling: said AWS)",
    });
  });

  it("says on stderr what a wait is for after two seconds, then every ten", async () => {
    const check = async (report: (seen: string) => void) => report("pending") ?? pauses.length === 14;
    await pollUntil({ ...wait, intervalMs: 1000, maxIntervalMs: 1000, check });
    const said = [2, 12].map((seconds) => `waiting for it (pending), ${seconds} s of at most 60 s\n`);
    assert.deepEqual(lines, said);
  });

  it("ends at once when the signal aborts, after one more look", async () => {
    Object.assign(timers, { setTimeout: sleep });
    const controller = new AbortController();
    let looks = 0;
    const check = async () => {
      looks += 1;
      setImmediate(() => controller.abort());
      return undefined;
    };
    // A pause of a minute, which nothing but the signal ends.
    const waiting = pollUntil({ ...wait, intervalMs: 60_000, signal: controller.signal, check });
    await assert.rejects(waiting, { message: "interrupted while waiting for it", code: "Interrupted" });
    assert.equal(looks, 2);
  });
});

describe("withInterruption", () => {
  const engine = new EventEmitter();
  /** The listeners which stay when the work is done. */
  const listening = () => [process.listenerCount("SIGINT"), engine.listenerCount("error")];

  for (const [what, cause] of [
    ["SIGINT", () => process.emit("SIGINT")],
    ["the loss of the engine", () => engine.emit("error", new Error("EPIPE"))],
  ] as const) {
    it(`aborts on ${what}, and listens no longer when the work has failed`, async () => {
      const before = listening();
      const work = withInterruption(async (given) => {
        assert.equal(given.aborted, false);
        cause();
        assert.equal(given.aborted, true);
        throw interruptedError("working");
      }, engine);
      await assert.rejects(work, { message: "interrupted while working" });
      assert.deepEqual(listening(), before);
    });
  }

  it("answers what the work does, and listens no longer", async () => {
    const before = listening();
    assert.equal(await withInterruption(async () => "done", engine), "done");
    assert.deepEqual(listening(), before);
  });
});
