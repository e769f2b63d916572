import type { RunId } from "../identity";
import { type LocalTask, originOf, tracingNameOf } from "../task/plan";
import { expectations } from "./expectations";
import type { SamplingRule } from "./sampling";
import type { CheckedService } from "./serviceChecks";

/** Longer than a service and a stand-in keep segments, and spans, to send several of them together, in milliseconds. */
const segmentsWaitMs = 300;
const spansWaitMs = 1300;

/** The services of tasks which the load client calls, and what is to be seen of them. */
export function checkedServices(
  tasks: readonly LocalTask[],
  run: RunId,
  rules: readonly SamplingRule[],
): CheckedService[] {
  const containers = tasks.flatMap((task) => task.containers);
  const containerOf = (tracingName: string): string =>
    containers.find((container) => tracingNameOf(container) === tracingName)?.name ?? tracingName;
  return tasks.flatMap((task) =>
    task.containers.flatMap((container) => {
      const expectation = expectations[container.workspaces[0] ?? ""];
      const origin = originOf(container, task);
      if (expectation === undefined || origin === undefined) return [];
      const tracingName = tracingNameOf(container);
      const quietMs = container.environment.TRACING === "otlp" ? spansWaitMs : segmentsWaitMs;
      return [{ origin, run, expectation, family: task.family, tracingName, containerOf, rules, quietMs }];
    }),
  );
}
