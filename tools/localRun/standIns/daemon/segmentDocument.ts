import { isUtf8 } from "node:buffer";
import { z } from "zod";
import { parseJson } from "../../../values";

/**
 * The rules of X-Ray's segment documents, as AWS writes them down:
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-api-segmentdocuments.html, and in the JSON schema which that
 * page offers. Texts have up to 250 characters where neither says otherwise; the schema sets no limit for the message
 * and the paths of an exception.
 */

/** Largest segment document, in bytes. */
const maxDocumentBytes = 64 * 1024;
/** X-Ray indexes up to 50 annotations per trace (https://docs.aws.amazon.com/general/latest/gr/xray.html). */
const maxAnnotations = 50;
/**
 * How far ahead of this machine's clock a start may lie, in seconds. Milliseconds written as seconds lie far beyond.
 */
const maxClockSkewSeconds = 300;

const hexadecimal16 = z.string().regex(/^[0-9a-f]{16}$/i, "must be 16 hexadecimal digits");
const textOf = (longest: number) => z.string().max(longest, `must have at most ${longest} characters`);
const text = textOf(250);
const seconds = z.number().positive("must be after 1970");
const flag = z.boolean();

const name = (longest: number) =>
  textOf(longest)
    .min(1, "must not be empty")
    .regex(
      /^[\p{L}\p{N}\s_.:/%&#=+\\\-@]*$/u,
      "may hold letters, numbers, whitespace and _ . : / % & # = + \\ - @ only; X-Ray refuses other characters",
    );

const exception = z.looseObject({
  id: hexadecimal16,
  message: z.string().optional(),
  type: text.optional(),
  remote: flag.optional(),
  truncated: z.int().optional(),
  skipped: z.int().optional(),
  cause: hexadecimal16.optional(),
  stack: z
    .array(z.looseObject({ path: z.string().optional(), line: z.int().optional(), label: z.string().optional() }))
    .optional(),
});

const http = z.looseObject({
  request: z
    .looseObject({
      method: text.optional(),
      url: text.optional(),
      user_agent: text.optional(),
      client_ip: text.optional(),
      x_forwarded_for: flag.optional(),
      traced: flag.optional(),
    })
    .optional(),
  response: z
    .looseObject({ status: z.int().min(100).max(599).optional(), content_length: z.number().optional() })
    .optional(),
});

const annotations = z
  .record(
    textOf(500).regex(/^\w+$/, "annotation keys may hold letters, digits and underscores only"),
    z.union([textOf(1000), z.number(), z.boolean()], "must be a string, a number or a boolean"),
  )
  .refine((all) => Object.keys(all).length <= maxAnnotations, `must have at most ${maxAnnotations} annotations`);

const common = {
  id: hexadecimal16,
  start_time: seconds,
  end_time: seconds.optional(),
  in_progress: flag.optional(),
  http: http.optional(),
  aws: z.looseObject({ account_id: text.optional() }).optional(),
  error: flag.optional(),
  throttle: flag.optional(),
  fault: flag.optional(),
  cause: z
    .union([
      hexadecimal16,
      z.looseObject({
        working_directory: z.string().optional(),
        paths: z.array(z.string()).optional(),
        exceptions: z.array(exception).optional(),
      }),
    ])
    .optional(),
  annotations: annotations.optional(),
  metadata: z.looseObject({}).optional(),
};

const traceId = z
  .string()
  .regex(/^1-[0-9a-f]{8}-[0-9a-f]{24}$/i, 'must be "1-", 8 hexadecimal digits of time, "-" and 24 hexadecimal digits');

/** What the rules about several fields look at, in a segment and in every subsegment. */
interface Part {
  readonly id: string;
  readonly name: string;
  readonly start_time: number;
  readonly end_time?: number | undefined;
  readonly in_progress?: boolean | undefined;
  readonly subsegments?: readonly Part[] | undefined;
}

/** A part has ended or is in progress, never both, does not end before it starts, and shares its id with no other. */
function checkParts(document: Part, context: z.RefinementCtx): void {
  const ids = new Set<string>();
  const visit = (part: Part, path: readonly (string | number)[]): void => {
    const { id, start_time, end_time, in_progress, subsegments = [] } = part;
    const issue = (field: string, message: string) => {
      context.addIssue({ code: "custom", path: [...path, field], message });
    };
    if (ids.has(id)) issue("id", "stands for another part of the trace already");
    ids.add(id);
    if (end_time === undefined && in_progress !== true) issue("end_time", "is missing, and in_progress is not true");
    if (end_time !== undefined && in_progress === true) issue("in_progress", "must not stand beside end_time");
    if (end_time !== undefined && end_time < start_time) issue("end_time", "lies before start_time");
    if (start_time > Date.now() / 1000 + maxClockSkewSeconds) {
      issue("start_time", "lies in the future; X-Ray counts in seconds, not milliseconds");
    }
    subsegments.forEach((subsegment, index) => {
      visit(subsegment, [...path, "subsegments", index]);
    });
  };
  visit(document, []);
}

const subsegment = z.looseObject({
  ...common,
  name: name(250),
  namespace: z.enum(["aws", "remote"], 'must be "aws" or "remote"').optional(),
  sql: z.record(z.string(), z.string()).optional(),
  precursor_ids: z.array(hexadecimal16).optional(),
  subsegments: z.array(z.lazy((): z.ZodType<Part> => subsegment)).optional(),
});

const segment = z
  .looseObject({
    ...common,
    name: name(200),
    trace_id: traceId,
    parent_id: hexadecimal16.optional(),
    type: z.undefined('must be left out, or be "subsegment"').optional(),
    service: z.looseObject({ version: text.optional() }).optional(),
    user: text.optional(),
    origin: text.optional(),
    subsegments: z.array(subsegment).optional(),
  })
  .superRefine(checkParts);

/** A subsegment sent on its own says which trace and which parent it belongs to. */
const independentSubsegment = subsegment
  .extend({ type: z.literal("subsegment"), trace_id: traceId, parent_id: hexadecimal16 })
  .superRefine(checkParts);

/** A segment, or a subsegment sent on its own, that follows the rules. */
export type SegmentDocument = z.infer<typeof segment> | z.infer<typeof independentSubsegment>;

/** What became of one datagram: the document, or why the daemon or X-Ray would refuse it, one line a reason. */
type SegmentCheck =
  | { readonly document: SegmentDocument; readonly problems: readonly [] }
  | { readonly document?: undefined; readonly problems: readonly string[] };

/** Checks one datagram: the daemon's header line, a line feed, and the segment document. */
export function checkDatagram(datagram: Buffer): SegmentCheck {
  const lineFeed = datagram.indexOf("\n");
  if (lineFeed === -1 || lineFeed === datagram.length - 1) {
    return { problems: ['header: a line {"format": "json", "version": 1} and the segment document must follow'] };
  }
  const header = parseJson(datagram.toString("utf8", 0, lineFeed));
  if (!headerSchema.safeParse(header).success) {
    return { problems: ['header: must be {"format": "json", "version": 1}'] };
  }
  return checkSegmentDocument(datagram.subarray(lineFeed + 1));
}

const headerSchema = z.looseObject({ format: z.string().regex(/^json$/i), version: z.literal(1) });

/** Checks one segment document against the rules of X-Ray. */
export function checkSegmentDocument(bytes: Buffer): SegmentCheck {
  if (bytes.length > maxDocumentBytes) {
    return { problems: [`document: has ${bytes.length} bytes, X-Ray takes at most ${maxDocumentBytes}`] };
  }
  const value = isUtf8(bytes) ? parseJson(bytes.toString("utf8")) : undefined;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problems: ["document: must be a JSON object in UTF-8"] };
  }
  const isSubsegment = "type" in value && value.type === "subsegment";
  const result = (isSubsegment ? independentSubsegment : segment).safeParse(value, { error: plainMessage });
  if (!result.success) return { problems: result.error.issues.map(describe) };
  return { document: result.data, problems: [] };
}

/** What to say where a rule above has no words of its own. */
function plainMessage(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code !== "invalid_type") return undefined;
  return issue.input === undefined ? "is missing" : `must be ${issue.expected}`;
}

function describe(issue: z.core.$ZodIssue): string {
  const path = issue.path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  const message = issue.code === "invalid_key" ? (issue.issues[0]?.message ?? issue.message) : issue.message;
  return `${path.slice(1)}: ${message}`;
}
