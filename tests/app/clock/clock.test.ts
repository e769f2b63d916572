import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDate, formatTime, LastAccess, readTimeZone } from "../../../app/clock";
import { formatTimeZone } from "../../../app/clock/timeZone";

describe("readTimeZone", () => {
  const cases: [text: string | undefined, minutes: number][] = [
    [undefined, 540],
    ["+09:00", 540],
    ["-03:30", -210],
    ["+14:00", 840],
    ["-00:30", -30],
    ["+00:00", 0],
  ];
  for (const [text, minutes] of cases) {
    it(`takes ${text ?? "nothing"} for ${minutes} minutes`, () => {
      assert.equal(readTimeZone(text === undefined ? {} : { TIME_ZONE: text }), minutes);
    });
  }

  for (const text of ["", "9", "+9:00", "+15:00", "+09:60", "09:00", "a+09:00", "+09:000", "Asia/Tokyo"]) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(() => readTimeZone({ TIME_ZONE: text }), {
        message: `TIME_ZONE is ${JSON.stringify(text)}: use an offset from UTC, as in +09:00`,
      });
    });
  }
});

describe("formatTimeZone", () => {
  it("is read back as the same offset", () => {
    assert.deepEqual([540, -210, 0, 840, -30].map(formatTimeZone), [
      ...["UTC+09:00", "UTC-03:30", "UTC+00:00", "UTC+14:00", "UTC-00:30"],
    ]);
  });
});

describe("formatDate and formatTime", () => {
  it("show what the clock of the zone shows, on either side of midnight", () => {
    const now = new Date("2026-12-31T20:05:09.999Z");
    const shown = [0, 540, -210, 234].map((offset) => `${formatDate(now, offset)} ${formatTime(now, offset)}`);
    assert.deepEqual(shown, [
      "2026/12/31 20:05:09",
      "2027/01/01 05:05:09",
      "2026/12/31 16:35:09",
      "2026/12/31 23:59:09",
    ]);
  });

  it("agree with the platform's own calendar", () => {
    const inTokyo = new Intl.DateTimeFormat("en-CA", {
      timeZone: "Asia/Tokyo",
      ...{ year: "numeric", month: "2-digit", day: "2-digit" },
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    });
    // Japan has had no summer time since 1952.
    const dates = fc.date({ min: new Date("1970-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        const expected = inTokyo.format(date).replaceAll("-", "/").replace(",", "");
        assert.equal(`${formatDate(date, 540)} ${formatTime(date, 540)}`, expected);
      }),
    );
  });
});

describe("LastAccess", () => {
  it("says which variable is missing", () => {
    assert.throws(() => LastAccess.fromEnvironment({ AWS_REGION: "eu-central-1" }, "date"), {
      message: 'TABLE_NAME is "": use the name of a DynamoDB table',
    });
    assert.throws(() => LastAccess.fromEnvironment({ TABLE_NAME: "table" }, "date"), {
      message: 'AWS_REGION is "": use the region of that table, as in eu-central-1',
    });
  });
});
