import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";
import { nest, type Part } from "../../app/helpers/assemble";

type Json = Readonly<Record<string, unknown>>;

/** What differs from one time to the next. */
const changing = ["id", "trace_id", "start_time", "end_time"];
const flags = ["error", "throttle", "fault"];

/** A document without the ids that are made when it is. */
export function withoutIds({ cause, ...document }: SegmentDocument): Json {
  if (typeof cause !== "object") return document;
  return { ...document, cause: { ...cause, exceptions: cause.exceptions?.map(({ id, ...exception }) => exception) } };
}

/**
 * What two traces of the same request say differently: `-` and a field that only the first has, `+` and one that only
 * the second has; both with their values where these differ. Subsegments that were sent on their own count as parts of
 * their parents, and a cause that names an exception elsewhere as that exception; of a stack only the first frame
 * counts, because later ones may be Node.js's own, whose paths the exporter cuts short.
 */
export function compare(first: readonly SegmentDocument[], second: readonly SegmentDocument[]): string[] {
  const [before, after] = [fieldsByPath(first), fieldsByPath(second)];
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  return paths.flatMap((path) => {
    const [value, other] = [before.get(path), after.get(path)];
    if (value === other) return [];
    const field = general(path);
    if (value === undefined) return [`+ ${field}`];
    return other === undefined ? [`- ${field}`] : [`- ${field}: ${value}`, `+ ${field}: ${other}`];
  });
}

function fieldsByPath(documents: readonly SegmentDocument[]): ReadonlyMap<string, string> {
  const exceptions = new Map(exceptionsIn(documents).map((exception) => [exception.id, exception]));
  const roots = nest(documents as readonly Part[]);
  return new Map(roots.flatMap((root) => [...fieldsOf(withWholeCauses({ ...root }, exceptions), "")]));
}

/** A field's path in any segment, or in any subsegment, whatever its place. */
function general(field: string): string {
  return field.replace(/^(subsegments\.\d+\.)+/, "subsegment.").replaceAll(/\.\d+(?=\.|$)/g, "");
}

function withWholeCauses({ cause, subsegments = [], ...fields }: Json, known: ReadonlyMap<unknown, Json>): Json {
  return {
    ...fields,
    ...(cause === undefined ? {} : { cause: withFirstFrames(cause, known) }),
    subsegments: (subsegments as Json[]).map((part) => withWholeCauses(part, known)),
  };
}

function withFirstFrames(cause: unknown, known: ReadonlyMap<unknown, Json>): Json {
  const { exceptions = [], ...others } = (typeof cause === "string" ? { exceptions: [known.get(cause)] } : cause) as {
    exceptions?: Json[];
  };
  const short = exceptions.map(({ stack, ...exception }) => {
    const [first] = (stack ?? []) as Json[];
    return { ...exception, ...(first && { frame: `${first.path}:${first.line} ${first.label}`.trim() }) };
  });
  return { ...others, exceptions: short };
}

function exceptionsIn(parts: readonly Json[]): Json[] {
  return parts.flatMap(({ cause, subsegments = [] }) => {
    const { exceptions = [] } = (typeof cause === "object" ? cause : {}) as { exceptions?: Json[] };
    return [...exceptions, ...exceptionsIn(subsegments as Json[])];
  });
}

/** The fields of a part by their paths, with their values as JSON. */
function* fieldsOf(value: unknown, path: string): Generator<readonly [string, string]> {
  if (typeof value !== "object" || value === null) {
    yield [path, JSON.stringify(value)];
    return;
  }
  // An empty block says nothing, and neither does a flag that is false.
  for (const [key, inner] of Object.entries(value)) {
    if (!changing.includes(key) && !(flags.includes(key) && inner === false))
      yield* fieldsOf(inner, path === "" ? key : `${path}.${key}`);
  }
}
