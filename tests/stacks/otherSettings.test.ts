import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { evaluateVariant } from "./evaluateVariant";
import { stackText } from "./stackText";

/** Another value of each setting that reaches images, tasks or services. */
const otherSettings = {
  accessLog: "on",
  appCpu: "900",
  appMemoryReservation: "700",
  appPort: "9000",
  autoscalingCpuPercent: "45",
  collectorCpu: "64",
  collectorImageTag: "3.5.0",
  collectorLogLevel: "warn",
  collectorMemoryReservation: "300",
  cpuArchitecture: "X86_64",
  logRetentionDays: "30",
  maxTaskCount: "5",
  minTaskCount: "2",
  repositoryForceDelete: "false",
  taskCpu: "1024",
  taskMemory: "4096",
};

/** The lines of one text which the other does not have, or not as often. */
function linesBeside(text: string, other: string): string[] {
  const others = other.split("\n");
  return text.split("\n").filter((line) => {
    const index = others.indexOf(line);
    if (index >= 0) others.splice(index, 1);
    return index < 0;
  });
}

describe("stack dev with other settings", () => {
  let usual: string;
  let evaluation: Evaluation;
  before(async () => {
    usual = stackText(await evaluateVariant("dev"));
    evaluation = await evaluateVariant("dev", otherSettings);
  });

  it("differs from its golden text in just these lines (UPDATE_GOLDEN=1 writes them anew)", () => {
    assert.deepEqual(evaluation.errors, []);
    const text = stackText(evaluation);
    const lines = [
      ...linesBeside(usual, text).map((line) => `- ${line}`),
      ...linesBeside(text, usual).map((line) => `+ ${line}`),
    ];
    const file = join(__dirname, "otherSettings.txt");
    if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, `${lines.join("\n")}\n`);
    assert.equal(`${lines.join("\n")}\n`, readFileSync(file, "utf8"));
  });

  it("scales the service by resources which another name, type or parent would replace", () => {
    const scaling = evaluation.resources.filter(({ type }) => type.startsWith("aws:appautoscaling/"));
    const service = "urn:pulumi:dev::traced-fargate::traced-fargate:service:TracedService";
    assert.deepEqual(
      scaling.map(({ urn }) => urn),
      [`${service}$aws:appautoscaling/target:Target::hello`, `${service}$aws:appautoscaling/policy:Policy::hello`],
    );
  });
});
