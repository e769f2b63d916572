/** What a service is to answer to one request. */
export interface Expectation {
  readonly path: string;
  /** The whole body, or what it is to match. */
  readonly body: string | RegExp;
}

/** What is to be seen of a service. */
export interface ServiceExpectation {
  /** What it is to answer; the load goes to the last of them. */
  readonly answers: readonly [Expectation, ...Expectation[]];
  /** What one request becomes, as `formatTrace` writes it without times; absent for a service that is not traced. */
  readonly trace?: readonly string[];
}

const date = String.raw`"currentDate":"\d{4}/\d{2}/\d{2}"`;
const time = String.raw`"currentTime":"\d{2}:\d{2}:\d{2}"`;
const zone = String.raw`"timeZone":"UTC[+-]\d{2}:\d{2}"`;
const traceLink = String.raw`\{"id":"1-[0-9a-f]{8}-[0-9a-f]{24}","url":"https://[^"]+#xray:traces/1-[0-9a-f-]+"\}`;

/**
 * What the apps of this project are to answer and to trace, by workspace. Only services which the load client calls are
 * here.
 */
export const expectations: Readonly<Record<string, ServiceExpectation>> = {
  "app/hello": { answers: [{ path: "/", body: "Hello X-Ray!" }], trace: ["hello"] },
  "app/frontend": {
    answers: [
      { path: "/", body: /<title>Date and time<\/title>/ },
      { path: "/now", body: new RegExp(`^\\{${date},${time},${zone},"trace":(${traceLink}|null)\\}$`) },
    ],
  },
  "app/bff": {
    answers: [{ path: "/", body: new RegExp(`^\\{${date},${time}\\}$`) }],
    trace: [
      "bff",
      "└─ combine",
      "   ├─ date (remote)",
      "   │  └─ date",
      "   │     └─ DynamoDB PutItem (aws)",
      "   └─ time (remote)",
      "      └─ time",
      "         ├─ DynamoDB PutItem (aws)",
      "         └─ format",
    ],
  },
};

/** Whether an answer is what was expected. */
export function isExpected({ body }: Expectation, answer: string): boolean {
  return typeof body === "string" ? answer === body : body.test(answer);
}
