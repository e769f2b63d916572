import { parseJson } from "../../../tools/values";

/** What the engine did to a resource, or would do. */
export interface ResourceChange {
  /** Such as `create`, `update`, `replace` and `delete`. */
  readonly op: string;
  readonly type: string;
  readonly name: string;
  /** The properties because of which. */
  readonly properties: readonly string[];
}

/** What the engine reports of a command. */
export interface EngineReport {
  readonly changes: readonly ResourceChange[];
  /** Errors, each with the resource that it befell. */
  readonly errors: readonly string[];
  /** What was deleted before its replacement was made, such as `aws:iam/role:Role hello-task`. */
  readonly deletedFirst: readonly string[];
  /** What was begun and has not ended, such as `delete aws:ec2/subnet:Subnet network-public`; of what was killed. */
  readonly unfinished: readonly string[];
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly diffs?: readonly string[] | null;
  readonly keys?: readonly string[] | null;
  readonly new?: StepState | null;
  readonly old?: StepState | null;
}

interface StepState {
  /** Whether a provider has something to do, which it has not for a component. */
  readonly custom?: boolean;
}

/**
 * The parts that are looked at of the engine's events
 * (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go).
 */
export interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly resOutputsEvent?: { readonly metadata: StepMetadata };
  readonly resOpFailedEvent?: { readonly metadata: StepMetadata };
  readonly diagnosticEvent?: {
    readonly urn?: string;
    readonly message: string;
    readonly severity: string;
  };
}

function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

function changeOf({ op, urn, type, diffs, keys }: StepMetadata): ResourceChange {
  return { op, type, name: nameOf(urn), properties: [...new Set([...(keys ?? []), ...(diffs ?? [])])] };
}

/** What leaves a resource as it is, and the two halves of `replace`, which is told as well. */
const untold = new Set(["same", "read", "read-discard", "refresh", "create-replacement", "delete-replaced"]);

/** Reads what the CLI writes with `--event-log`: an event a line, of which the last may be cut off. */
export function readEvents(text: string): EngineReport {
  const events = text.split("\n").map((line) => (parseJson(line) ?? {}) as EngineEvent);
  // Each step is told of twice, before and after it. Only afterwards it is known what a refresh has found.
  const steps = new Map<string, StepMetadata>();
  for (const { resourcePreEvent, resOutputsEvent } of events) {
    const metadata = (resourcePreEvent ?? resOutputsEvent)?.metadata;
    if (metadata !== undefined && !untold.has(metadata.op)) steps.set(`${metadata.op} ${metadata.urn}`, metadata);
  }
  const changes = [...steps.values()].map(changeOf);
  const errors = events.flatMap(({ diagnosticEvent: found }) =>
    found?.severity === "error" ? [`${found.urn ? `${nameOf(found.urn)}: ` : ""}${plain(found.message)}`] : [],
  );
  return { changes, errors, deletedFirst: deletedBeforeReplaced(events), unfinished: unfinishedSteps(events) };
}

/** What an earlier command has replaced, and this one only deletes, is not among it. */
function deletedBeforeReplaced(events: readonly EngineEvent[]): string[] {
  const steps = events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? []);
  const deleted = new Set<string>();
  const first: string[] = [];
  for (const { op, type, urn } of steps) {
    if (op === "delete-replaced") deleted.add(urn);
    if (op === "create-replacement" && deleted.has(urn)) first.push(`${type} ${nameOf(urn)}`);
  }
  return first;
}

function unfinishedSteps(events: readonly EngineEvent[]): string[] {
  const begun = new Map<string, string>();
  for (const { resourcePreEvent, resOutputsEvent, resOpFailedEvent } of events) {
    const metadata = (resourcePreEvent ?? resOutputsEvent ?? resOpFailedEvent)?.metadata;
    if (metadata === undefined) continue;
    const { op, type, urn } = metadata;
    const isCustom = (metadata.new ?? metadata.old)?.custom === true;
    if (resourcePreEvent === undefined) begun.delete(`${op} ${urn}`);
    else if (isCustom) begun.set(`${op} ${urn}`, `${op} ${type} ${nameOf(urn)}`);
  }
  return [...begun.values()];
}

/** A message without the CLI's marks for colours, in one line. */
function plain(message: string): string {
  return message
    .replace(/<\{%.*?%\}>/g, "")
    .trim()
    .replace(/\s*\n\s*/g, " ");
}
