import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { watchInterruption } from "../../../components/dynamicProvider/interruption";
import { pollUntil } from "../../../components/dynamicProvider/poll";

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

describe("pollUntil", () => {
  it("looks until there is an answer, and returns it", async () => {
    const answers = [undefined, false, 0, 1] as const;
    let looks = 0;
    const value = await pollUntil<number>({
      what: "a number",
      intervalMs: 1,
      deadlineMs: 60_000,
      check: async () => answers[looks++],
    });
    assert.deepEqual([value, looks], [0, 3]);
  });

  it("makes each pause half as long again, up to four times the first", async () => {
    const pauses: number[] = [];
    await pollUntil({
      what: "the seventh look",
      intervalMs: 10,
      deadlineMs: 60_000,
      interruption: {
        requested: () => false,
        stop: () => {},
        sleep: async (milliseconds) => {
          pauses.push(milliseconds);
        },
      },
      check: async () => pauses.length === 6,
    });
    assert.deepEqual(pauses, [10, 15, 22.5, 33.75, 40, 40]);
  });

  it("gives up at the deadline, with what it saw last", async () => {
    let looks = 0;
    const wait = pollUntil({
      what: "the end",
      intervalMs: 10,
      deadlineMs: 100,
      check: async (report) => {
        looks += 1;
        report(`look ${looks}`);
        return undefined;
      },
    });
    await assert.rejects(wait, (error: Error & { code?: string }) => {
      assert.match(error.message, /^gave up after [\d.]+ s of waiting for the end \(look \d+\)$/);
      assert.equal(error.code, "DeadlineExceeded");
      return true;
    });
    assert.ok(looks >= 2, `${looks} looks`);
  });

  it("takes throttling and broken connections for `not yet`, and names them at the deadline", async () => {
    const errors = ["RequestLimitExceeded", "ECONNRESET"];
    const told = (name: string) => Object.assign(new Error("said AWS"), { name });
    const check = async () => {
      const name = errors.shift();
      if (name !== undefined) {
        throw told(name);
      }
      return "there";
    };
    assert.equal(await pollUntil({ what: "it", intervalMs: 1, deadlineMs: 60_000, check }), "there");
    const never = async () => {
      throw told("Throttling");
    };
    await assert.rejects(pollUntil({ what: "it", intervalMs: 1, deadlineMs: 5, check: never }), {
      message: /^gave up after [\d.]+ s of waiting for it \(Throttling: said AWS\)$/,
    });
  });

  it("lets other errors through at once", async () => {
    let looks = 0;
    const check = async () => {
      looks += 1;
      throw new Error("no such thing");
    };
    await assert.rejects(pollUntil({ what: "it", intervalMs: 1, deadlineMs: 60_000, check }), {
      message: "no such thing",
    });
    assert.equal(looks, 1);
  });

  it("says on stderr what a long wait is for", async () => {
    let looks = 0;
    const lines = await stderrOf(() =>
      pollUntil({
        what: "the answer",
        intervalMs: 30,
        deadlineMs: 60_000,
        progressAfterMs: 20,
        check: async (report) => {
          looks += 1;
          report("pending");
          return looks === 4;
        },
      }),
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0] ?? "", /^waiting for the answer \(pending\), [\d.]+ s of at most 60 s\n$/);
  });

  it("is silent about a short wait", async () => {
    let looks = 0;
    const check = async () => {
      looks += 1;
      return looks === 3;
    };
    assert.deepEqual(await stderrOf(() => pollUntil({ what: "it", intervalMs: 5, deadlineMs: 60_000, check })), []);
  });

  it("ends at once on SIGINT, and after the look in hand", async () => {
    const signals = new EventEmitter();
    const interruption = watchInterruption(signals);
    const started = Date.now();
    setTimeout(() => signals.emit("SIGINT"), 20);
    let looks = 0;
    const wait = pollUntil({
      what: "it",
      intervalMs: 60_000,
      deadlineMs: 600_000,
      interruption,
      check: async () => {
        looks += 1;
        return undefined;
      },
    });
    await assert.rejects(wait, { message: "interrupted while waiting for it", code: "Interrupted" });
    assert.equal(looks, 2);
    assert.ok(Date.now() - started < 5000);
    // Whoever hands over an interruption ends it.
    assert.equal(signals.listenerCount("SIGINT"), 1);
    interruption.stop();
    assert.equal(signals.listenerCount("SIGINT"), 0);
  });

  it("leaves no listener for SIGINT behind", async () => {
    const before = process.listenerCount("SIGINT");
    await pollUntil({
      what: "it",
      intervalMs: 1,
      deadlineMs: 60_000,
      check: async () => {
        assert.equal(process.listenerCount("SIGINT"), before + 1);
        return true;
      },
    });
    assert.equal(process.listenerCount("SIGINT"), before);
  });
});

describe("watchInterruption", () => {
  it("does not sleep after SIGINT, and sleeps before", async () => {
    const signals = new EventEmitter();
    const interruption = watchInterruption(signals);
    const started = Date.now();
    await interruption.sleep(30);
    assert.ok(Date.now() - started >= 25);
    assert.equal(interruption.requested(), false);
    signals.emit("SIGINT");
    assert.equal(interruption.requested(), true);
    await interruption.sleep(60_000);
    interruption.stop();
  });

  it("heeds the loss of the engine where it is told to, until it is stopped", async () => {
    const engine = new EventEmitter();
    const interruption = watchInterruption(new EventEmitter(), engine);
    const sleeping = interruption.sleep(60_000);
    engine.emit("error", new Error("EPIPE"));
    await sleeping;
    assert.equal(interruption.requested(), true);
    interruption.stop();
    assert.equal(engine.listenerCount("error"), 0);
  });
});
