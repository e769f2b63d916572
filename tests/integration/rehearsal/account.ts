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

/** How many things there are of each kind, such as `4 ec2 security_groups`, so that two deployments can be compared. */
export function countKinds(inventory: readonly string[]): string[] {
  const kinds = inventory.map((line) => line.split(" ").slice(1, 3).join(" "));
  return [...new Set(kinds)].sort().map((kind) => `${kinds.filter((other) => other === kind).length} ${kind}`);
}

/** A call that AWS refuses though it is right. */
export interface Refusal {
  /** Such as `ec2.CreateVpc`, or `*` for all that change something. */
  readonly action: string;
  /** Only the first call of an action is `throttled`: a client calls again. */
  readonly as: "throttled" | "denied" | "quota";
  /** Only when the caller's user agent has this in it. @default any caller */
  readonly by?: string;
}

/** A call that was refused, with AWS's words. */
export interface RefusedCall extends Refusal {
  readonly code: string;
  readonly message: string;
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

  /** Services which since the last question ran fewer tasks than they must, a line for each time. */
  async interruptions(): Promise<string[]> {
    const answer = await fetch(`${this.moto.url}/rehearsal/interruptions`);
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

  /** Refuses these calls from now on, and no others. @returns the calls that were refused until now */
  async refuse(refusals: readonly Refusal[]): Promise<RefusedCall[]> {
    const answer = await fetch(`${this.moto.url}/rehearsal/refuse`, { method: "POST", body: JSON.stringify(refusals) });
    return (await answer.json()) as RefusedCall[];
  }

  stop(): Promise<void> {
    return this.moto.stop();
  }
}
