import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { leftoversCommand } from "../../../tools/leftovers/command";
import { awsEnvironment } from "../account";
import type { Rehearsal } from "./rehearsal";

/** Types a command of AWS's CLI. @param moto path of `moto_server`, beside which its Python lies */
export function typeCommand({ account }: Rehearsal, moto: string, command: string): void {
  const aws = `aws() { '${join(moto, "../python")}' '${join(__dirname, "standIns/aws.py")}' "$@"; }`;
  const env = { ...process.env, ...awsEnvironment(account.endpoint) };
  execFileSync("sh", ["-c", `${aws}; ${command}`], { env, stdio: "pipe" });
}

/** So often are the commands typed before it is taken for certain that they do not help. */
const rounds = 4;

/** What AWS answers when there is nothing to delete. */
const nothingThere = /NoSuchEntity|NotFound/;

/** Runs `npm run leftovers` and types the commands that it prints, until nothing is left; the commands that did anything. */
export async function typeLeftovers(rehearsal: Rehearsal, moto: string): Promise<string[]> {
  const typed: string[] = [];
  const environment = { ...process.env, ...awsEnvironment(rehearsal.account.endpoint) };
  const type = (command: string) => {
    typeCommand(rehearsal, moto, command);
    typed.push(command);
  };
  for (let round = 1; ; round += 1) {
    const { code, output } = await leftovers(rehearsal, environment);
    const [withTags = "", unlisted = ""] = output.split("\n# These were being created");
    if (code === 0) {
      for (const command of commandsIn(unlisted)) {
        try {
          type(command);
        } catch (error) {
          if (!nothingThere.test(String(error))) throw error;
        }
      }
      return typed;
    }
    if (code !== 2 || round > rounds) throw new Error(`npm run leftovers ended with ${code}: ${output}`);
    for (const command of commandsIn(withTags)) type(command);
  }
}

function commandsIn(output: string): string[] {
  return output.split("\n").filter((line) => line.startsWith("aws "));
}

async function leftovers(rehearsal: Rehearsal, environment: NodeJS.ProcessEnv) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const callers = process.env;
  process.env = environment;
  try {
    const file = join(rehearsal.folder, "exported.json");
    const readExport = async () => {
      await rehearsal.must("stack", "export", "--file", file);
      return readFileSync(file, "utf8");
    };
    const args = ["--stack", rehearsal.stack];
    const code = await leftoversCommand(args, rehearsal.project, { stdout, stderr }, readExport);
    stdout.end();
    stderr.end();
    return { code, output: `${await text(stdout)}${await text(stderr)}` };
  } finally {
    process.env = callers;
  }
}
