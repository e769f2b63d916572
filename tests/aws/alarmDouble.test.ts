import assert from "node:assert/strict";
import { type AlarmState, stateOf } from "./alarmDouble";

describe("the double of CloudWatch's alarms", () => {
  // Both tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html: X is
  // breaching, 0 is not, and - is missing; the columns for `missing` and `ignore` are left out.
  const tables: readonly [
    toAlarm: number,
    rows: [periods: string, breaching: AlarmState, notBreaching: AlarmState][],
  ][] = [
    [
      3,
      [
        ["0 - X - X", "OK", "OK"],
        ["0 - - - -", "OK", "OK"],
        ["- - - - -", "ALARM", "OK"],
        ["0 X X - X", "ALARM", "ALARM"],
        ["- - - - X", "ALARM", "OK"],
        ["X - - - -", "ALARM", "OK"],
      ],
    ],
    [
      2,
      [
        ["0 - X - X", "ALARM", "ALARM"],
        ["0 0 X 0 X", "ALARM", "ALARM"],
        ["0 - X - -", "ALARM", "OK"],
        ["- - - - 0", "ALARM", "OK"],
        ["- - - - X", "ALARM", "OK"],
      ],
    ],
  ];
  for (const [datapointsToAlarm, rows] of tables) {
    it(`answers as AWS does, with ${datapointsToAlarm} of 3 periods`, () => {
      for (const [text, ...expected] of rows) {
        const periods = text.split(" ").map((each) => (each === "-" ? undefined : each === "X"));
        const states = ["breaching", "notBreaching"].map((treatMissingData) =>
          stateOf({ evaluationPeriods: 3, datapointsToAlarm, treatMissingData }, periods),
        );
        assert.deepEqual(states, expected, text);
      }
    });
  }
});
