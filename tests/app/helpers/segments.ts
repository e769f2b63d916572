import assert from "node:assert/strict";
import { version } from "../../../app/hello/package.json";
import type { Segment } from "./daemon";

export const ROOT = "1-5759e988-bd862e3fe1be46a994272793";
export const PARENT = "53995c3f42cd8ad8";

/** What every segment of a service outside ECS says of itself. */
export const SELF = {
  service: { version, runtime: "node", runtime_version: process.version },
  aws: { xray: { sdk: "traced-fargate" } },
};

/** Checks what differs from one segment to the next, and returns the rest. */
export function withoutIdsAndTimes(
  segment: Segment,
  since: number,
): Omit<Segment, "trace_id" | "id" | "start_time" | "end_time"> {
  const { trace_id, id, start_time, end_time = 0, ...rest } = segment;
  assert.match(`${trace_id} ${id}`, /^1-[0-9a-f]{8}-[0-9a-f]{24} [0-9a-f]{16}$/);
  assert.ok(since / 1000 <= start_time && start_time <= end_time && end_time <= Date.now() / 1000);
  return rest;
}
