import assert from "node:assert/strict";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { checks } from "../../../tools/checks";
import { previewCommand } from "../../../tools/preview/command";

const project = join(__dirname, "../evaluation/fixtures/project");

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Does in this process, and in the fixtures' project, what `npm run preview` does in one of its own. */
async function preview(...args: string[]): Promise<Run> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const output = Promise.all([text(stdout), text(stderr)]);
  const code = await previewCommand(args, project, { stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, errors] = await output;
  return { code, stdout: out, stderr: errors };
}

/** The lines on stderr, without those which tell a patient reader that the program is still running. */
const complaints = ({ stderr }: Run): string[] =>
  stderr.split("\n").filter((line) => line !== "" && !line.startsWith("Still evaluating"));

const allowed = "allowed are --stack <stack>, --json, --help";
const stacks = "apply, cidr, config, full, late, list, never, none, unreadable";

const mistakes: { args: string[]; stderr: string[] }[] = [
  { args: ["--jsn"], stderr: [`error: unknown option --jsn: ${allowed}`] },
  { args: ["-x"], stderr: [`error: unknown option -x: ${allowed}`] },
  { args: ["dev"], stderr: [`error: unknown argument dev: ${allowed}`] },
  { args: ["--stack"], stderr: [`error: --stack needs a value: ${allowed}`] },
  {
    args: ["--stack", "dve"],
    stderr: [`error: unknown stack "dve": known are ${stacks} (each Pulumi.<stack>.yaml is one)`],
  },
  {
    args: ["--stack", "list"],
    stderr: ["error: Pulumi.list.yaml cannot be read: it must hold keys and values"],
  },
  {
    args: ["--stack", "apply"],
    stderr: ['error: aws:ec2/subnet:Subnet "bed": input `cidrBlock`: no luck'],
  },
  {
    args: ["--stack", "never"],
    stderr: ['error: aws:ec2/subnet:Subnet "bed": input `cidrBlock` never resolves'],
  },
  {
    args: ["--stack", "config"],
    stderr: [
      "error: Pulumi.config.yaml: garden:a: wrong; type 1",
      "error: Pulumi.config.yaml: garden:b: wrong; type 2",
    ],
  },
  {
    args: ["--stack", "cidr"],
    stderr: [
      'error: aws:ec2/vpc:Vpc "garden": cidrBlock: "10.0.0.0/33" is not an IPv4 CIDR; write four numbers and a prefix, such as 10.0.0.0/16; allowed: an IPv4 CIDR from /16 to /28',
    ],
  },
];

describe("npm run preview", () => {
  for (const { args, stderr } of mistakes) {
    it(`answers ${args.join(" ")} with one line a mistake and exit code 1`, async () => {
      const result = await preview(...args);
      assert.deepEqual(complaints(result), stderr);
      assert.equal(result.code, 1);
    });
  }

  it("prints tree, outputs, what only AWS knows, and the cost", async () => {
    const { stdout, code } = await preview("--stack", "none");
    assert.deepEqual([stdout, code], [expected, 0]);
  });

  it("prints every resource as JSON", async () => {
    const { stdout, code } = await preview("--stack", "none", "--json");
    assert.equal(code, 0);
    const { project: name, stack, resources, outputs, madeUp } = JSON.parse(stdout);
    assert.deepEqual([name, stack], ["garden", "none"]);
    const [stackResource, vpc, subnet] = resources;
    assert.deepEqual(resources.length, 3);
    assert.deepEqual(subnet, {
      urn: "urn:pulumi:none::garden::aws:ec2/subnet:Subnet::bed",
      type: "aws:ec2/subnet:Subnet",
      name: "bed",
      parent: stackResource.urn,
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
    assert.match(stdout, /^npm run preview \[-- --stack <name>\] \[--json\]\n/);
  });
});

const expected = `Preview of stack none, without AWS:

     Type                 Name         Plan
 +   pulumi:pulumi:Stack  garden-none  create
 +   ├─ aws:ec2:Vpc       garden       create
 +   └─ aws:ec2:Subnet    bed          create

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
    + 3 to create

Monthly cost:
    $1.50 a month (2026-04)

${checks.length} checks passed
`;
