import assert from "node:assert/strict";
import { fargateCpuSizes } from "../../components/containers/fargateSize";
import { logRetentionDays } from "../../components/containers/logs";
import { awsSettings, settings } from "../../config/settings";
import { described } from "./parse";

const takes = (setting: string, value: string): boolean =>
  settings[setting as keyof typeof settings].safeParse(value).success;

/** The ranges of every numeric setting, both ends included. */
const numbers: Readonly<Record<string, readonly (readonly [from: number, to: number])[]>> = {
  natGatewayDeadlineMinutes: [
    [0, 0],
    [60, 1440],
  ],
  availabilityZones: [[1, 3]],
  taskCpu: fargateCpuSizes.map((size) => [size, size]),
  taskMemory: [[512, 122880]],
  appCpu: [[1, 16384]],
  appMemoryReservation: [[6, 122880]],
  collectorCpu: [[1, 16384]],
  collectorMemoryReservation: [[6, 122880]],
  appPort: [[1024, 65535]],
  minTaskCount: [[1, 100]],
  maxTaskCount: [[1, 100]],
  autoscalingCpuPercent: [[10, 90]],
  logRetentionDays: logRetentionDays.map((days) => [days, days]),
};

const boundary = "arn:aws:iam::123456789012:policy/";
const queue = "arn:aws:sqs:eu-central-1:123456789012:";
const key = "arn:aws:kms:eu-central-1:123456789012:key/";
const many = (count: number): string => "7".repeat(count);

/** Texts which a setting with a pattern takes, and which it refuses. */
const texts: Readonly<Record<string, { readonly takes: readonly string[]; readonly refuses: readonly string[] }>> = {
  collectorImageTag: {
    takes: ["3.6.7", "v0.50.0", `3.6.${many(124)}`],
    refuses: ["latest", "3.x", "3.6", `3.6.${many(125)}`],
  },
  deadLetterQueueArn: {
    takes: [`${queue}my_queue-1`, `${queue}${many(80)}`],
    refuses: [`${queue}queue.fifo`, queue, `${queue}${many(81)}`, `${queue.replace("sqs", "sns")}topic`],
  },
  logKmsKeyArn: {
    takes: [`${key}1234abcd-12ab-34cd-56ef-1234567890ab`, `${key}mrk-1234abcd12ab34cd56ef1234567890ab`],
    refuses: [key, key.replace(":key/", ":alias/logs"), "1234abcd-12ab-34cd-56ef-1234567890ab", "alias/logs"],
  },
  permissionsBoundary: {
    takes: [`${boundary}boundary`, "arn:aws:iam::aws:policy/PowerUserAccess", `${boundary}${many(512)}`],
    refuses: [boundary, `${boundary}${many(513)}`, boundary.replace("policy", "role")],
  },
  rolePath: {
    takes: ["/", "/traced-fargate/", `/${many(510)}/`],
    refuses: ["", "traced-fargate", "/traced-fargate", "traced-fargate/", "//", `/${many(511)}/`],
  },
  timeZone: {
    takes: ["+00:00", "-13:59", "+13:59", "+14:00"],
    refuses: ["", "+14:01", "-14:00", "+09:60", "+9:00", "09:00", "Asia/Tokyo"],
  },
};

describe("settings", () => {
  it("are judged here when they are numbers, each of them", () => {
    const integers = Object.keys(described).filter((key) => described[key]?.type === "integer");
    assert.deepEqual(Object.keys(numbers).sort(), integers.sort());
  });

  it("that are numbers propose their default in place of a wrong value", () => {
    for (const key of Object.keys(numbers)) {
      const { example } = settings[key as keyof typeof settings].meta() ?? {};
      assert.equal(example, String(described[key]?.default), key);
    }
  });

  /** A text with something around it, which no number and no text may have. */
  const around = (text: string): string[] => [` ${text}`, `x${text}`, `${text} `, `${text}\n`];

  for (const [setting, ranges] of Object.entries(numbers)) {
    const isIn = (value: number): boolean => ranges.some(([from, to]) => from <= value && value <= to);
    it(`take of ${setting} both ends of what is allowed, and nothing beyond`, () => {
      for (const value of ranges.flatMap(([from, to]) => [from - 1, from, to, to + 1])) {
        assert.equal(takes(setting, String(value)), isIn(value), String(value));
      }
      const one = String(ranges[0]?.[1]);
      for (const value of [`${one}.5`, "", "x", ...around(one)]) assert.equal(takes(setting, value), false, value);
    });
  }

  for (const [setting, { takes: right, refuses: wrong }] of Object.entries(texts)) {
    it(`take of ${setting} what is allowed, and nothing beyond`, () => {
      for (const value of right) assert.equal(takes(setting, value), true, value);
      for (const value of [...wrong, ...right.flatMap(around)]) assert.equal(takes(setting, value), false, value);
    });
  }

  it("take as alarmEmail what looks like an address, of which only mail can show more", () => {
    const wrong = ["on-call", "on-call@", "@example.com", "on call@example.com", "a@b", "a@b@c.de", "a@example.com."];
    for (const value of ["on-call@example.com", "a.b+c@x.y.co.uk"])
      assert.equal(takes("alarmEmail", value), true, value);
    for (const value of wrong) assert.equal(takes("alarmEmail", value), false, value);
  });

  for (const [setting, schema] of Object.entries({ ...awsSettings, ...settings })) {
    it(`say what is allowed for ${setting}, with an example that is`, () => {
      const { allowed, example } = schema.meta() as { allowed: string; example: string | ((value: string) => string) };
      assert.match(allowed, /\S/);
      const examples = typeof example === "string" ? [example] : ["", "nowhere"].map(example);
      for (const each of examples) assert.ok(schema.safeParse(each).success, each);
    });
  }
});
