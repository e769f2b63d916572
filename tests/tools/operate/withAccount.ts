import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OperatedAccount } from "./operatedAccount";

/** What each test of a command has for itself. */
interface Surroundings {
  /** AWS, which the SDK calls. */
  account: OperatedAccount;
  /** An empty folder. */
  folder: string;
}

/** Gives each test of a suite an account and a folder of its own, and the environment back after it. */
export function withAccount(): Surroundings {
  const surroundings = {} as Surroundings;
  let environment: NodeJS.ProcessEnv;
  beforeEach(async () => {
    environment = { ...process.env };
    surroundings.account = new OperatedAccount();
    surroundings.folder = mkdtempSync(join(tmpdir(), "operate-"));
    await surroundings.account.gate.listen();
    Object.assign(process.env, surroundings.account.environment);
  });
  afterEach(async () => {
    process.env = environment;
    rmSync(surroundings.folder, { recursive: true, force: true });
    await surroundings.account.gate.stop();
  });
  return surroundings;
}
