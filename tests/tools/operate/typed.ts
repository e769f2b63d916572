import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type { Io } from "../../../tools/operate/command";
import type { AskPulumi } from "../../../tools/pulumiCli";
import { clientId, clusterArn } from "./operatedAccount";

const root = join(__dirname, "../../..");

/** The outputs of the stack `dev`, those which the commands read. */
export const outputs = {
  clusterArn,
  ecsServices: [
    {
      ...{ name: "hello", ecsService: "hello-5d6e7f8", url: "http://hello.dev.traced-fargate.internal:8080" },
      ...{ logGroup: "/traced-fargate/dev/hello", calledByClient: true },
    },
  ],
  serviceUrl: "http://hello.dev.traced-fargate.internal:8080",
  clientInstanceId: clientId,
};

/** A CLI which answers these outputs, and this state. */
export function pulumi(given: object = outputs, state: object = { deployment: {} }): AskPulumi {
  const answers: Readonly<Record<string, object>> = { "stack output": given, "stack export": state };
  return async ([...args]) => {
    const answer = answers[args.slice(0, 2).join(" ")];
    assert.deepEqual(args.slice(-1), ["--non-interactive"]);
    return { exitCode: 0, output: JSON.stringify(answer), errors: "" };
  };
}

/** What a command has written, and its exit code. */
interface Typed {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command as its npm script does. */
export async function type(
  command: (args: readonly string[], io: Io) => Promise<number>,
  line: string,
  io: Partial<Io> = {},
): Promise<Typed> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const written = Promise.all([text(stdout), text(stderr)]);
  const { signal: interrupted } = new AbortController();
  const args = line.split(" ").filter(Boolean);
  const code = await command(args, { projectDir: root, pulumi: pulumi(), interrupted, ...io, stdout, stderr });
  stdout.end();
  stderr.end();
  const [out, errors] = await written;
  // How often it says that it goes on depends on the machine.
  return { code, stdout: out, stderr: errors.replace(/^ {2}still .*\n/gm, "") };
}

/**
 * Compares what was typed and written with the recording of that name (UPDATE_GOLDEN=1 npm test writes it anew), which
 * no line of is longer than 80 columns.
 */
export function assertRecorded(name: string, line: string, { code, stdout, stderr }: Typed): void {
  const file = join(__dirname, "recordings", `${name}.txt`);
  const recorded = `$ npm run ${line}\n${stdout}${stderr}(exit code ${code})\n`;
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(file, recorded);
  assert.equal(recorded, existsSync(file) ? readFileSync(file, "utf8") : "");
  assert.deepEqual(
    recorded.split("\n").filter((each) => each.length > 80 && !each.startsWith("error: ")),
    [],
  );
}
