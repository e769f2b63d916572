import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { defaultWaits } from "../../../components/temporaryNatGateway/settings";
import { type ProgramInputs, proofInputs, type ResourceName, serializeProviders } from "../faultMatrix/stack";
import { TestAccount } from "../faultMatrix/testAccount";
import { Worker } from "../faultMatrix/worker";

/** Something that lasts, in seconds. */
interface Span {
  readonly what: string;
  readonly from: number;
  readonly to: number;
}

const columns = 60;

/** Bars under each other, each on a line of its own with its seconds. */
function timeLine(spans: readonly Span[]): string {
  const end = Math.max(...spans.map(({ to }) => to));
  const column = (seconds: number) => Math.round((seconds / end) * columns);
  const width = Math.max(...spans.map(({ what }) => what.length));
  return spans
    .map(({ what, from, to }) => {
      const bar = "█".repeat(Math.max(1, column(to) - column(from)));
      const times = `${Math.round(from)} to ${Math.round(to)} s, ${Math.round(to - from)} s`;
      return `${what.padEnd(width)} |${`${" ".repeat(column(from))}${bar}`.padEnd(columns)}| ${times}`;
    })
    .join("\n");
}

/**
 * How many seconds of AWS's pass in one of ours. A call takes 5 to 30 ms here, so about as long as a real one there.
 */
const speed = 12;

/** How long AWS usually takes, in seconds; a NAT gateway takes 100 to be created and 50 to be deleted. */
const usual = { endpoints: 60, service: 90, client: 120, proof: { probe: 30, deprovisioning: 15 } };

function scaled<T extends { readonly [name in keyof T]: number }>(seconds: T): T {
  return Object.fromEntries(Object.entries<number>(seconds).map(([name, value]) => [name, value / speed])) as T;
}

describe("a deployment with AWS's usual times", () => {
  let account: TestAccount;
  let worker: Worker;

  before(async () => {
    worker = await Worker.start(await serializeProviders());
    // What Node compiles at a host's first calls is no part of AWS's times.
    const warm = await TestAccount.start();
    const inputs = { collectorImage: "daemon:3.6.7" };
    const { state } = await worker.run({ command: "up", account: warm, state: {}, inputs });
    await worker.run({ command: "destroy", account: warm, state, inputs });
    await warm.stop();
    account = await TestAccount.start({ speed, secondsPerCall: 0 });
  });

  after(async () => {
    await worker?.stop();
    await account?.stop();
  });

  it("has a NAT gateway hardly longer than its slowest part takes, with the proof", async () => {
    const now = () => account.ec2.account.now() + usual.endpoints;
    const spans: Span[] = [{ what: "network, endpoints", from: 0, to: usual.endpoints }];
    const turn = async (name: ResourceName) => {
      if (name === "release") {
        const from = now();
        spans.push({ what: "lease opens", from: usual.endpoints, to: from });
        const takes = async (what: "service" | "client") => {
          await sleep((usual[what] / speed) * 1000);
          spans.push({ what, from, to: now() });
        };
        // The release waits until the service is steady, and for no more than the start of the client.
        void takes("client");
        await takes("service");
      }
    };
    account.tasks.durations = usual.proof;
    const inputs: ProgramInputs = {
      collectorImage: "daemon:3.6.7",
      waits: scaled(defaultWaits),
      proof: { ...proofInputs, ...scaled({ deadlineSeconds: 300, pollSeconds: 2 }) },
    };
    const end = await worker.run({ command: "up", account, state: {}, inputs, turn });
    assert.deepEqual([end.error, end.status, account.leftovers()], [undefined, "released", []]);

    const at = (name: string) => usual.endpoints + (account.log.find((each) => each.name === name)?.at ?? Number.NaN);
    const available = at("CreateNatGateway") + account.ec2.account.times.natGatewayCreation;
    const alive = { what: "NAT gateway alive", from: available, to: at("DeleteNatGateway") };
    const proven = account.log.filter(({ name }) => name === "DescribeTasks").at(-1)?.at ?? Number.NaN;
    spans.push(
      { what: "proof", from: at("RunTask"), to: usual.endpoints + proven },
      { what: "NAT gateway deleted", from: alive.to, to: at("ReleaseAddress") },
      { what: "lease closed", from: at("ReleaseAddress"), to: now() },
      alive,
    );
    const seconds = alive.to - alive.from;
    const slowest = Math.max(usual.service, usual.client);
    console.log(timeLine(spans).replace(/^/gm, "      "));
    console.log(
      `      NAT gateway alive ${Math.round(seconds)} s: ${(seconds / slowest).toFixed(2)} x the slowest part`,
    );
    assert.ok(seconds <= 1.15 * slowest, `${seconds} s`);
  });
});
