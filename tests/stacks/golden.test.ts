import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runChecks } from "../../tools/checks";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { stackText } from "../../tools/preview/stackText";
import { textDifference } from "../../tools/preview/textDifference";
import { evaluateVariant } from "./evaluateVariant";

const folder = join(__dirname, "golden");
const stacks = listStacks(join(__dirname, "../.."));

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

/** Everything that is logged, and measured, and how it is kept. */
const logs = {
  containerInsights: "enhanced",
  dnsQueryLogs: "on",
  flowLogs: "rejected",
  logKmsKeyArn: "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab",
};

/** What tells whoever looks after a stack how it is. */
const operations = { alarms: "on", dashboard: "on", flowLogs: "rejected" };

/** Settings which no stack has. Of each the text says what it changes. */
const variants: readonly (readonly [file: string, stack: string, changes: Readonly<Record<string, string>>])[] = [
  ["dev-without-client.diff", "dev", { client: "none" }],
  [
    "dev-with-dead-letter-queue.diff",
    "dev",
    {
      deadLetterQueueArn: "arn:aws:sqs:eu-central-1:123456789012:dead-man-switch",
      natGatewayDeadlineMinutes: "90",
    },
  ],
  ["dev-without-proof.diff", "dev", { connectivityProof: "false" }],
  ["dev-in-three-zones.diff", "dev", { availabilityZones: "3" }],
  ["dev-with-mirrored-collector.diff", "dev", { collectorImageSource: "mirror" }],
  ["dev-with-other-settings.diff", "dev", otherSettings],
  ["packed-with-dns-firewall.diff", "packed", { dnsFirewall: "block" }],
  ["packed-with-logs.diff", "packed", logs],
  ["packed-with-nat-gateway.diff", "packed", { egress: "temporary-nat-gateway" }],
  ["otel-with-operations.diff", "otel", operations],
  ["otel-with-dns-firewall.diff", "otel", { collectorImageSource: "mirror", egress: "none", dnsFirewall: "block" }],
  ["chain-with-access-log.diff", "chain", { accessLog: "on" }],
];

/** Compares with the file, or writes it. */
function assertIsGolden(file: string, text: string): void {
  const path = join(folder, file);
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(path, text);
  assert.equal(text, readFileSync(path, "utf8"));
}

async function textOf(stack: string, changes: Readonly<Record<string, string>> = {}): Promise<string> {
  const evaluation = await evaluateVariant(stack, changes);
  assert.deepEqual(evaluation.errors, []);
  assert.deepEqual(await runChecks(evaluation), []);
  return stackText(evaluation);
}

describe("golden texts (UPDATE_GOLDEN=1 npm test writes them anew)", () => {
  for (const stack of stacks) {
    it(`${stack}.txt says all that ${stack} is made of, in which no check finds anything`, async () => {
      assertIsGolden(`${stack}.txt`, await textOf(stack));
    });
  }

  for (const [file, stack, changes] of variants) {
    it(`${file} says all that differs from ${stack}.txt, in which no check finds anything`, async () => {
      assertIsGolden(file, textDifference(await textOf(stack), await textOf(stack, changes)));
    });
  }

  it("are those of the stacks and the variants there are", () => {
    const files = [...stacks.map((stack) => `${stack}.txt`), ...variants.map(([file]) => file)];
    assert.deepEqual(readdirSync(folder).sort(), files.sort());
  });
});
