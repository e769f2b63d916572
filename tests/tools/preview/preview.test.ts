import assert from "node:assert/strict";
import { chmodSync, cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { checks } from "../../../tools/checks";
import { previewCommand } from "../../../tools/preview/command";
import { evaluateAndCheck } from "../../../tools/preview/previewStack";
import { summaryLines } from "../../../tools/preview/summary";

const project = join(__dirname, "../evaluation/fixtures/project");

interface Run {
  readonly code: number;
  readonly stdout: string;
  /** The lines on stderr, without those which tell a patient reader that the program is still running. */
  readonly complaints: readonly string[];
}

/** Does in this process, and in the fixtures' project, what `npm run preview` does in one of its own. */
async function preview(...args: string[]): Promise<Run> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = Promise.all([text(stdout), text(stderr)]);
  const code = await previewCommand(args, project, { stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, errors] = await output;
  const complaints = errors.split("\n").filter((line) => line !== "" && !line.startsWith("Still evaluating"));
  return { code, stdout: out, complaints };
}

const allowed = "allowed are --stack <stack>, --json, --reachability, --svg, --markdown, --against <against>, --help";
const stacks = "apply, cidr, config, full, late, list, never, none, unreadable";

/** The lines on stderr, by the arguments. */
const mistakes: Readonly<Record<string, readonly string[]>> = {
  "--jsn": [`unknown option --jsn: did you mean --json? ${allowed}`],
  "-x": [`unknown option -x: ${allowed}`],
  dev: [`unknown argument dev: ${allowed}`],
  "--stack": [`--stack needs a value: ${allowed}`],
  "--stack dve": [`unknown stack "dve": known are ${stacks} (each Pulumi.<stack>.yaml is one)`],
  "--stack list": ["Pulumi.list.yaml cannot be read: it must hold keys and values"],
  "--stack apply": ['aws:ec2/subnet:Subnet "bed": input `cidrBlock`: no luck'],
  "--stack never": ['aws:ec2/subnet:Subnet "bed": input `cidrBlock` never resolves'],
  "--stack config": ["Pulumi.config.yaml: garden:a: wrong; type 1", "Pulumi.config.yaml: garden:b: wrong; type 2"],
  "--stack cidr": [
    'aws:ec2/vpc:Vpc "garden": cidrBlock: "10.0.0.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16; allowed: an IPv4 CIDR from /16 to /28',
  ],
};

describe("npm run preview", () => {
  for (const [args, lines] of Object.entries(mistakes)) {
    it(`answers ${args} with one line a mistake and exit code 1`, async () => {
      const { code, complaints } = await preview(...args.split(" "));
      assert.deepEqual([complaints, code], [lines.map((line) => `error: ${line}`), 1]);
    });
  }

  it("prints tree, outputs, what only AWS knows, and the cost", async () => {
    const { stdout, code } = await preview("--stack", "none");
    assert.deepEqual([stdout, code], [expected, 0]);
  });

  it("is summed up in a few lines for others", async () => {
    const { evaluation, findings } = await evaluateAndCheck("none", project);
    assert.deepEqual(findings, []);
    const [first, second, third = "", ...others] = summaryLines(evaluation, checks, (_colour, text) => text);
    assert.deepEqual(
      [first, second, others],
      ["  resources  4 to create: beds 2, garden 1, stack 1", "  cost       $1.50 a month (2026-04)", []],
    );
    const [, count, names = ""] = /^ {2}checks {5}(\d+) passed: (.*)$/.exec(third) ?? [];
    assert.deepEqual([Number(count), names.split(", ").length], [checks.length, checks.length]);
    assert.match(names, /^addresses, log retention, .*, stack tags$/);
  });

  it("needs a place to write to", async () => {
    const directory = mkdtempSync(join(tmpdir(), "read-only-"));
    const user = process.geteuid?.() ?? 0;
    cpSync(project, directory, { recursive: true });
    chmodSync(directory, 0o555);
    // Root may write anywhere.
    process.seteuid?.(user === 0 ? 65534 : user);
    try {
      await assert.rejects(evaluateAndCheck("none", directory), {
        message: `${directory} cannot be written to (EACCES: permission denied): use a copy of the project of your own`,
      });
    } finally {
      process.seteuid?.(user);
      rmSync(directory, { recursive: true });
    }
  });

  it("prints every resource as JSON", async () => {
    const { stdout, code } = await preview("--stack", "none", "--json");
    assert.equal(code, 0);
    const { project: name, stack, resources, outputs, madeUp } = JSON.parse(stdout);
    const [, beds, vpc, subnet, ...others] = resources;
    assert.deepEqual([name, stack, others], ["garden", "none", []]);
    assert.deepEqual(subnet, {
      urn: "urn:pulumi:none::garden::garden:index:Beds$aws:ec2/subnet:Subnet::bed",
      type: "aws:ec2/subnet:Subnet",
      name: "bed",
      parent: beds.urn,
      custom: true,
      remote: false,
      dependencies: [vpc.urn],
      propertyDependencies: { cidrBlock: [vpc.urn], vpcId: [vpc.urn] },
      inputs: { cidrBlock: "10.0.1.0/24", vpcId: vpc.id, tags: { Project: "garden", Stack: "none" } },
      secrets: [],
      id: subnet.id,
      outputs: subnet.outputs,
      options: {},
    });
    assert.deepEqual(outputs.vpcId, vpc.id);
    assert.deepEqual(madeUp[vpc.id], { what: "id", of: "garden" });
  });

  it("explains itself", async () => {
    const { stdout, code } = await preview("--help");
    assert.equal(code, 0);
    assert.match(stdout, /^npm run preview \[-- --stack <name>\] \[--reachability\] \[--json \| --svg\]\n/);
  });
});

const expected = `Preview of stack none, without AWS:

     Type                  Name         Plan
 +   pulumi:pulumi:Stack   garden-none  create
 +   ├─ garden:index:Beds  beds         create
 +   │  └─ aws:ec2:Subnet  bed          create
 +   └─ aws:ec2:Vpc        garden       create

Outputs:
    command    : water <id of garden>
    monthlyCost:
      prices: 2026-04
      total : 1.5
      water : 1.5
    vpcId      : (known after \`pulumi up\`)

Known after \`pulumi up\`:
    id of garden

Resources:
    + 4 to create

Monthly cost:
    $1.50 a month (2026-04)

${checks.length} checks passed
`;
