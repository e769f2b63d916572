import { arnParts, kinds, type Leftover } from "./kinds";
import type { StackState } from "./state";

/** What was found, and where. */
interface Findings {
  readonly stack: string;
  readonly region: string;
  readonly profile?: string;
  readonly state: StackState;
  readonly leftovers: readonly Leftover[];
}

const unseen = [
  "Not looked at, because they carry no tags or the tagging API does not list them: IAM roles and instance profiles,",
  "routes, associations of route tables, schedules, pull-through cache rules, scalable targets and scaling policies.",
  "They cost nothing; should one be in the way of the next `up`, such as a pull-through cache rule, its message names it.",
];

/**
 * The commands which delete these, in the order in which AWS lets them go; types without a command come last.
 */
function deletionsOf(leftovers: readonly Leftover[], profile?: string) {
  const order = Object.keys(kinds);
  const rank = ({ arn }: Leftover) => {
    const { kind } = arnParts(arn);
    return order.includes(kind) ? order.indexOf(kind) : order.length;
  };
  const sorted = [...leftovers].sort((a, b) => rank(a) - rank(b) || (a.arn < b.arn ? -1 : 1));
  return sorted.map(({ arn, facts }) => {
    const parts = arnParts(arn);
    const options = `${parts.region === "" ? "" : ` --region ${parts.region}`}${profile ? ` --profile ${profile}` : ""}`;
    const commands = kinds[parts.kind]?.remove(parts.id, facts, parts) ?? [];
    return { arn, commands: commands.map((command) => `${command}${options}`) };
  });
}

/** The report: comments, and commands to be typed one after the other. */
export function formatReport({ stack, region, profile, state, leftovers }: Findings): string {
  const comments = (lines: readonly string[]) => lines.map((line) => (line === "" ? "#" : `# ${line}`));
  const interrupted =
    state.interrupted.length === 0
      ? []
      : [
          `${state.interrupted.length} interrupted in the state, so each may exist without Pulumi knowing:`,
          ...state.interrupted.map((each) => `  ${each}`),
          "",
        ];
  if (leftovers.length === 0) {
    const nothing = `Nothing in ${region} carries the tags of stack ${stack} and is missing from its state.`;
    return comments([...interrupted, nothing, "", ...unseen]).join("\n");
  }
  const one = leftovers.length === 1;
  const heading = [
    ...interrupted,
    `${leftovers.length} ${one ? "resource carries" : "resources carry"} the tags of stack ${stack} in ${region} and ` +
      `${one ? "is" : "are"} not in its state. Look at each: a`,
    `stack ${stack} which somebody else deploys into this account from another state carries the same tags.`,
    "Then type, one after the other, and run this again, for what goes with its owner is listed only when it stayed:",
  ];
  const deletions = deletionsOf(leftovers, profile).flatMap(({ arn, commands }) => {
    const unknown = "# no command is known for this type; delete it in the console";
    return ["", `# ${arn}`, ...(commands.length === 0 ? [unknown] : commands)];
  });
  return [...comments(heading), ...deletions, "", ...comments(unseen)].join("\n");
}
