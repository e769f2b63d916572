import assert from "node:assert/strict";
import fc from "fast-check";
import { formatDate, formatTime, LastAccess, readTimeZone } from "../../../app/clock";
import { formatTimeZone } from "../../../app/clock/timeZone";

describe("the time zone", () => {
  const cases: [text: string, minutes: number][] = [
    ["+09:00", 540],
    ["-03:30", -210],
    ["+14:00", 840],
    ["-00:30", -30],
    ["+00:00", 0],
  ];
  for (const [text, minutes] of cases) {
    it(`${text} is ${minutes} minutes from UTC, and written as it was read`, () => {
      assert.deepEqual([readTimeZone({ TIME_ZONE: text }), formatTimeZone(minutes)], [minutes, `UTC${text}`]);
    });
  }

  it("is +09:00 by default", () => assert.equal(readTimeZone({}), 540));

  for (const text of ["", "+9:00", "+15:00", "+09:60", "09:00", "a+09:00", "+09:000", "Asia/Tokyo"]) {
    it(`is not ${JSON.stringify(text)}`, () => {
      const message = `TIME_ZONE is ${JSON.stringify(text)}: use an offset from UTC, as in +09:00`;
      assert.throws(() => readTimeZone({ TIME_ZONE: text }), { message });
    });
  }
});

describe("formatDate and formatTime", () => {
  const format = (date: Date, offset: number) => `${formatDate(date, offset)} ${formatTime(date, offset)}`;

  it("show what the clock of the zone shows, on either side of midnight", () => {
    const now = new Date("2026-12-31T20:05:09.999Z");
    assert.equal(format(now, 540), "2027/01/01 05:05:09");
    assert.equal(format(now, -210), "2026/12/31 16:35:09");
  });

  it("agree with the platform's own calendar", () => {
    const inTokyo = new Intl.DateTimeFormat("en-CA", {
      timeZone: "Asia/Tokyo",
      ...{ year: "numeric", month: "2-digit", day: "2-digit" },
      ...{ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    });
    // Japan has had no summer time since 1952.
    const dates = fc.date({ min: new Date("1970-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
    const written = (date: Date) => inTokyo.format(date).replaceAll("-", "/").replace(",", "");
    fc.assert(fc.property(dates, (date) => assert.equal(format(date, 540), written(date))));
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
