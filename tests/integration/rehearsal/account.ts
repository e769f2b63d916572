import { join, resolve } from "node:path";
import { MotoServer } from "../motoServer";

/** What a stack may leave open to the internet after `pulumi up`, in the words of the inventory. */
const internetAccess = [
  / ec2 nat_gateways /,
  / ec2 internet_gateways /,
  / ec2 addresses /,
  / ec2 routes 0\.0\.0\.0\/0 to /,
  / ec2 rules egress .* 0\.0\.0\.0\/0 in /,
  / scheduler schedules /,
];

/** Those lines of an inventory which give a VPC access to the internet, or are there to take it away again. */
export function openToTheInternet(inventory: readonly string[]): string[] {
  return inventory.filter((line) => internetAccess.some((pattern) => pattern.test(line)));
}

/** How two inventories differ, as lines that begin with `+` or `-`. */
export function inventoryDifference(before: readonly string[], after: readonly string[]): string[] {
  const [had, has] = [new Set(before), new Set(after)];
  return [
    ...after.filter((line) => !had.has(line)).map((line) => `+ ${line}`),
    ...before.filter((line) => !has.has(line)).map((line) => `- ${line}`),
  ];
}

/** An AWS account on this machine: moto, nearer to AWS where the program would notice. */
export class Account {
  private constructor(private readonly moto: MotoServer) {}

  /**
   * @param motoServer path of the program `moto_server`, beside which its Python lies
   * @param log path of a file that takes a line for each request
   */
  static async start(motoServer: string, log: string): Promise<Account> {
    const python = resolve(motoServer, "../python");
    // -B: no compiled files beside the sources.
    return new Account(await MotoServer.start(python, "-B", join(__dirname, "moto/server.py"), log));
  }

  get endpoint(): string {
    return this.moto.url;
  }

  /** Everything there is in the account, in all regions, but for what AWS has made: a line for each, sorted. */
  async inventory(): Promise<string[]> {
    const answer = await fetch(`${this.moto.url}/rehearsal/inventory`);
    if (!answer.ok) throw new Error(`the account cannot be listed: HTTP ${answer.status}`);
    return (await answer.json()) as string[];
  }

  /** Has the answer of the next call of an action wait, and everything after it; the log of calls then says `held`. */
  async hold(action: RegExp): Promise<void> {
    await fetch(`${this.moto.url}/rehearsal/hold`, { method: "POST", body: action.source });
  }

  /** Gives the answer that waits. */
  async release(): Promise<void> {
    await fetch(`${this.moto.url}/rehearsal/release`, { method: "POST" });
  }

  stop(): Promise<void> {
    return this.moto.stop();
  }
}
