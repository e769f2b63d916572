import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { checks } from "../../../tools/checks";
import { previewCommand } from "../../../tools/preview/command";

const root = join(__dirname, "../../..");

describe("npm run preview -- --markdown", () => {
  let project = "";
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
      cwd: project,
      stdio: "pipe",
    });
  const write = (file: string, content: string) => writeFileSync(join(project, file), content);

  before(() => {
    // Below node_modules, where the program finds its packages, in a repository of its own.
    const cache = join(root, "node_modules/.cache");
    mkdirSync(cache, { recursive: true });
    const repository = mkdtempSync(join(cache, "comparison-"));
    project = join(repository, "garden");
    cpSync(join(root, "tests/tools/evaluation/fixtures/project"), project, { recursive: true });
    for (const file of readdirSync(project)) {
      if (/^Pulumi\..+\.yaml$/.test(file) && file !== "Pulumi.none.yaml") rmSync(join(project, file));
    }
    const program = readFileSync(join(project, "index.ts"), "utf8");
    write("index.ts", program.replace("../../../../../components", join(root, "components")));
    write("package-lock.json", "{}");
    write(".gitignore", "node_modules\n");
    project = repository;
    git("init", "-q", "-b", "main");
    git("add", "-A");
    git("commit", "-qm", "first");
    project = join(repository, "garden");
  });
  after(() => rmSync(join(project, ".."), { recursive: true, force: true }));

  async function preview(...args: string[]) {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const output = Promise.all([text(stdout), text(stderr)]);
    const code = await previewCommand(["--markdown", ...args], project, { stdout, stderr });
    stdout.end();
    stderr.end();
    const [out, errors] = await output;
    return { code, out, errors: errors.replace(/^ {2}still evaluating.*\n/gm, "") };
  }

  it("finds no difference where there is none, and leaves nothing behind", async () => {
    const { code, out } = await preview("--against", "main");
    assert.equal(code, 0);
    assert.ok(out.includes(`| \`none\` | 4 | none | $1.50 a month | ${checks.length} passed |\n`), out);
    assert.deepEqual(readdirSync(join(project, "node_modules/.cache/traced-fargate")), []);
    assert.equal(String(git("status", "--short")), "");
  });

  it("evaluates the program of the other commit, and shows stacks that are new", async () => {
    write("Pulumi.again.yaml", "config:\n  garden:mistake: none\n");
    write("Pulumi.apply.yaml", "config:\n  garden:mistake: apply\n");
    const { code, out } = await preview("--against", "main");
    assert.equal(code, 1);
    assert.match(out, /^\| `again` \| 4 \| new stack \|/m);
    assert.match(out, /^\*\*apply\*\*:\n\n```\nerror: aws:ec2\/subnet:Subnet "bed": input `cidrBlock`: no luck\n```$/m);
    assert.match(out, /^\| `none` \| 4 \| none \|/m);
  });

  it("shows one stack when one is named", async () => {
    const { code, out } = await preview("--stack", "none");
    assert.equal(code, 0);
    assert.equal(out.match(/^\| `/gm)?.length, 1);
  });

  it("compares nothing when the packages are others", async () => {
    write("package-lock.json", "{ }");
    const { out } = await preview("--against", "main", "--stack", "none");
    assert.match(out, /^Not compared with `main \([0-9a-f]{7}\)`: package-lock\.json differs/m);
  });

  const mistakes: readonly (readonly [args: string, line: string])[] = [
    ["--against nonesuch", "--against nonesuch: Git knows no such commit here"],
    ["--stack nonesuch", 'unknown stack "nonesuch": known are again, apply, none (each Pulumi.<stack>.yaml is one)'],
    ["--svg", "--svg and --markdown do not go together"],
  ];
  for (const [args, line] of mistakes) {
    it(`answers ${args} with one line`, async () => {
      assert.deepEqual(await preview(...args.split(" ")), { code: 1, out: "", errors: `error: ${line}\n` });
    });
  }
});
