import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import timers from "node:timers/promises";
import { interruptedError, pollUntil, withInterruption } from "../../../components/dynamicProvider/pollUntil";
import { Clock } from "../../processes/clock";

/** What is written on stderr while `work` runs. */
async function stderrOf(work: () => Promise<unknown>): Promise<string[]> {
  const lines: string[] = [];
  const { write } = process.stderr;
  process.stderr.write = (chunk: string | Uint8Array) => {
    lines.push(String(chunk));
    return true;
  };
  try {
    await work();
  } finally {
    process.stderr.write = write;
  }
  return lines;
}

const { signal } = new AbortController();
const wait = { what: "it", intervalMs: 1, deadlineMs: 60_000, signal };

describe("pollUntil", () => {
  it("looks until there is an answer, and returns it", async () => {
    const answers = [undefined, false, 0, 1] as const;
    let looks = 0;
    const value = await pollUntil<number>({ ...wait, check: async () => answers[looks++] });
    assert.deepEqual([value, looks], [0, 3]);
  });

  describe("pauses", () => {
    const { setTimeout: real } = timers;
    let pauses: (number | undefined)[] = [];
    const onlyNote = async (milliseconds: number | undefined) => void pauses.push(milliseconds);

    beforeEach(() => {
      pauses = [];
      Object.assign(timers, { setTimeout: onlyNote });
    });
    afterEach(() => void Object.assign(timers, { setTimeout: real }));

    const until = (count: number) => async () => pauses.length === count;

    it("half as long again each time, up to four times the first", async () => {
      await pollUntil({ ...wait, intervalMs: 10, check: until(6) });
      assert.deepEqual(pauses, [10, 15, 22.5, 33.75, 40, 40]);
    });

    it("no longer than it is told, and not beyond the deadline", async () => {
      await pollUntil({ ...wait, intervalMs: 10, maxIntervalMs: 12, check: until(3) });
      assert.deepEqual(pauses, [10, 12, 12]);
      await pollUntil({ ...wait, intervalMs: 10_000, deadlineMs: 7_000, check: until(4) });
      assert.ok((pauses[3] ?? 0) > 6_000 && (pauses[3] ?? 0) <= 7_000, `${pauses[3]}`);
    });

    it("twice as long when AWS throttles", async () => {
      const check = async () => {
        if (pauses.length < 2) {
          throw Object.assign(new Error("slowly"), { name: "Throttling" });
        }
        return true;
      };
      await pollUntil({ ...wait, intervalMs: 10, check });
      assert.deepEqual(pauses, [20, 60]);
    });
  });

  it("gives up at the deadline, with what it saw last", async () => {
    let looks = 0;
    const waiting = pollUntil({
      ...wait,
      intervalMs: 10,
      deadlineMs: 100,
      check: async (report) => {
        looks += 1;
        report(`look ${looks}`);
        return undefined;
      },
    });
    await assert.rejects(waiting, {
      message: /^gave up after [\d.]+ s of waiting for it \(look \d+\)$/,
      code: "DeadlineExceeded",
    });
    assert.ok(looks >= 2, `${looks} looks`);
  });

  it("takes throttling and broken connections for `not yet`, and names them at the deadline", async () => {
    const errors = ["RequestLimitExceeded", "ECONNRESET"];
    const answer = (name: string) => Object.assign(new Error("said AWS"), { name });
    const check = async () => {
      const name = errors.shift();
      if (name !== undefined) {
        throw answer(name);
      }
      return "there";
    };
    assert.equal(await pollUntil({ ...wait, check }), "there");
    const never = async () => {
      throw answer("Throttling");
    };
    await assert.rejects(pollUntil({ ...wait, deadlineMs: 5, check: never }), {
      message: /^gave up after [\d.]+ s of waiting for it \(Throttling: said AWS\)$/,
    });
  });

  it("lets other errors through at once", async () => {
    let looks = 0;
    const check = async () => {
      looks += 1;
      throw new Error("no such thing");
    };
    await assert.rejects(pollUntil({ ...wait, check }), { message: "no such thing" });
    assert.equal(looks, 1);
  });

  it("says on stderr what a wait is for after two seconds, then every ten", async () => {
    const clock = new Clock();
    const seconds = [1, 2, 11, 13, 14];
    const check = async (report: (seen: string) => void) => {
      report("pending");
      clock.pass((seconds[0] ?? 0) - passed);
      passed = seconds.shift() ?? passed;
      return seconds.length === 0;
    };
    let passed = 0;
    try {
      const lines = await stderrOf(() => pollUntil({ ...wait, check }));
      const said = lines.map((line) => /^waiting for it \(pending\), (\d+)[.\d]* s of at most 60 s\n$/.exec(line)?.[1]);
      assert.deepEqual(said, ["2", "13"]);
    } finally {
      clock.restore();
    }
  });

  it("ends at once when the signal aborts, after one more look", async () => {
    const controller = new AbortController();
    const started = Date.now();
    setTimeout(() => controller.abort(), 20);
    let looks = 0;
    const check = async () => {
      looks += 1;
      return undefined;
    };
    const waiting = pollUntil({
      ...wait,
      intervalMs: 60_000,
      deadlineMs: 600_000,
      signal: controller.signal,
      check,
    });
    await assert.rejects(waiting, { message: "interrupted while waiting for it", code: "Interrupted" });
    assert.equal(looks, 2);
    assert.ok(Date.now() - started < 5000);
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
