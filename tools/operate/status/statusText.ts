import type { Style } from "../../terminal/style";
import { duration, labelled } from "../columns";
import { problemsOf, type StackStatus } from "./stackStatus";

/** Where the second column begins. */
const indent = 14;

/** The status of a stack as lines of at most 80 columns. */
export function formatStatus(status: StackStatus, now: number, style: Style): string[] {
  const { stack, region, accountId, services, client, natGateways, freeAddresses, leftovers, interrupted } = status;
  const problems = problemsOf(status);
  const ago = (at: string | undefined) => (at === undefined ? "" : `${duration(now - Date.parse(at))} ago`);
  const verdict = problems.length === 0 ? style("green", "healthy") : style("red", "not healthy");
  const billed = [...freeAddresses.map((id) => `elastic-ip ${id}`), ...leftovers];
  return [
    style("bold", `Stack ${stack} in ${region}, account ${accountId}: `) + verdict,
    ...problems.flatMap((problem) => labelled("  -", problem, 4)),
    "",
    ...services.flatMap(({ name, deployment, deployedAt, taskDefinition = "no task definition", events }) => [
      ...labelled("service", [`${name}:`, `${deployment};`, taskDefinition, ago(deployedAt)].join(" "), indent),
      ...events.flatMap(({ at, message }) =>
        labelled(`  ${ago(at)}`, message.replace(/^\(service [^)]*\)\s*/, ""), indent),
      ),
    ]),
    ...labelled("client", client === undefined ? "none" : clientText(client, ago), indent),
    ...labelled("NAT gateway", natGateways.map((each) => natGatewayText(each, ago)).join("; ") || "none", indent),
    ...labelled("left, billed", billed.join(", ") || "nothing", indent),
    ...(interrupted.length === 0
      ? []
      : labelled("interrupted", `${interrupted.join(", ")} (docs/interrupted-deployments.md)`, indent)),
  ];
}

function clientText(
  { instanceId, ping, lastPingAt, agentVersion }: NonNullable<StackStatus["client"]>,
  ago: (at: string | undefined) => string,
): string {
  const seen = lastPingAt === undefined ? "" : `, last ping ${ago(lastPingAt)}`;
  return `${instanceId}: SSM Agent ${agentVersion ?? ""} ${ping}${seen}`;
}

function natGatewayText(
  { id, state, createdAt, deletedAt }: StackStatus["natGateways"][number],
  ago: (at: string | undefined) => string,
): string {
  return state === "deleted" ? `${id} deleted ${ago(deletedAt)}` : `${id} ${state}, made ${ago(createdAt)}`;
}
