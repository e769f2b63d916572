import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parse } from "yaml";
import { scripts } from "../../package.json";
import { markdownMarker } from "../../tools/preview/markdown";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly name: string;
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<
    Record<
      string,
      { permissions?: Readonly<Record<string, string>>; env?: Readonly<Record<string, string>>; steps: Step[] }
    >
  >;
}

const folder = join(__dirname, "../../.github/workflows");
const workflows = readdirSync(folder).map(
  (file) => [file, parse(readFileSync(join(folder, file), "utf8")) as Workflow] as const,
);
const workflow = (file: string): Workflow => {
  const found = workflows.find(([name]) => name === file)?.[1];
  assert.ok(found);
  return found;
};
const stepsOf = ({ jobs }: Workflow) => Object.values(jobs).flatMap(({ steps }) => steps);

describe("workflows", () => {
  for (const [file, each] of workflows) {
    it(`${file} names scripts that there are, and puts no expression into one`, () => {
      const commands = stepsOf(each).flatMap(({ run }) => run ?? []);
      const named = commands.flatMap((run) =>
        [...run.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, script = ""]) => script),
      );
      assert.deepEqual(
        named.filter((script) => !Object.hasOwn(scripts, script)),
        [],
      );
      // What a pull request names could be a command (https://docs.github.com/en/actions/reference/security/secure-use).
      assert.deepEqual(
        commands.filter((run) => run.includes("${{")),
        [],
      );
    });
  }

  it("run the program of a pull request with a token that may read, and comment without it", () => {
    const [preview, comment] = [workflow("preview.yml"), workflow("preview-comment.yml")];
    assert.deepEqual(preview.on, { pull_request: null });
    assert.deepEqual(preview.permissions, { contents: "read" });
    assert.deepEqual(
      Object.values(preview.jobs).map(({ permissions }) => permissions),
      [undefined],
    );
    assert.deepEqual(comment.on, { workflow_run: { workflows: [preview.name], types: ["completed"] } });
    assert.deepEqual(comment.permissions, {});
    assert.deepEqual(comment.jobs.comment?.permissions, { actions: "read", "pull-requests": "write" });
    assert.deepEqual(
      stepsOf(comment).flatMap(({ uses }) => uses ?? []),
      [],
    );
  });

  it("preview with actions of known commits, and leave no token in the clone", () => {
    const actions = stepsOf(workflow("preview.yml")).filter(({ uses }) => uses !== undefined);
    for (const { uses = "" } of actions) assert.match(uses, /^actions\/[\w-]+@[0-9a-f]{40}$/);
    assert.equal(actions[0]?.with?.["persist-credentials"], false);
  });
});

describe("the comment of preview-comment.yml", () => {
  const { env = {}, steps = [] } = workflow("preview-comment.yml").jobs.comment ?? {};
  let place = "";
  beforeEach(() => {
    place = mkdtempSync(join(tmpdir(), "comment-"));
    mkdirSync(join(place, "bin"));
  });
  afterEach(() => rmSync(place, { recursive: true, force: true }));

  /** Runs the script with a `gh` that answers so, and returns its calls that write, with the body. */
  function comment(answers: { readonly pull: string; readonly comment: string; readonly preview?: string }) {
    const gh = `#!/bin/bash
      case "$*" in
        *"/pulls "*) echo "${answers.pull}" ;;
        "run download"*) ${answers.preview === undefined ? "exit 1" : `mkdir preview && printf '%s' "$PREVIEW" > preview/preview.md`} ;;
        *--paginate*) echo "${answers.comment}" ;;
        *) echo "$*" >> calls ;;
      esac`;
    writeFileSync(join(place, "bin/gh"), gh, { mode: 0o755 });
    writeFileSync(join(place, "calls"), "");
    execFileSync("bash", ["--noprofile", "--norc", "-eo", "pipefail", "-c", steps[0]?.run ?? ""], {
      cwd: place,
      stdio: "pipe",
      env: {
        PATH: [join(place, "bin"), process.env.PATH].join(delimiter),
        MARKER: env.MARKER,
        GH_REPO: "o/r",
        RUN_ID: "1",
        HEAD_SHA: "abc",
        HEAD: "o:b",
        PREVIEW: answers.preview ?? "",
      },
    });
    const calls = readFileSync(join(place, "calls"), "utf8");
    return calls === "" ? undefined : { calls, body: readFileSync(join(place, "body.md"), "utf8") };
  }

  it("is found by the line that the preview begins with", () => assert.equal(env.MARKER, markdownMarker));

  it("is made once, then written anew", () => {
    const preview = `${markdownMarker}\n\nHello`;
    const body = `${markdownMarker}\n\nHello\n`;
    const write = "api --silent --method";
    assert.deepEqual(comment({ pull: "7", comment: "", preview }), {
      calls: `${write} POST repos/o/r/issues/7/comments -F body=@body.md\n`,
      body,
    });
    rmSync(join(place, "preview"), { recursive: true });
    assert.deepEqual(comment({ pull: "7", comment: "42", preview }), {
      calls: `${write} PATCH repos/o/r/issues/comments/42 -F body=@body.md\n`,
      body,
    });
  });

  it("is not made without a pull request or a preview", () => {
    assert.equal(comment({ pull: "", comment: "", preview: "x" }), undefined);
    assert.equal(comment({ pull: "7", comment: "" }), undefined);
  });

  it("is no longer than GitHub takes, whatever the preview is", () => {
    const made = comment({ pull: "7", comment: "", preview: "line\n".repeat(20_000) });
    assert.ok(made?.body.startsWith(`${markdownMarker}\nline\n`));
    assert.equal(made?.body.length, 65_000);
  });
});
