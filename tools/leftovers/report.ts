import { arnParts } from "./arnParts";
import { kinds, type Leftover } from "./kinds";
import type { StackState } from "./state";
import type { Deletion } from "./unlisted";

/** What was found, and where. */
interface Findings {
  readonly stack: string;
  readonly region: string;
  readonly profile?: string;
  readonly state: StackState;
  readonly leftovers: readonly Leftover[];
}

const unseen = [
  "Not looked at, because they have no tags: routes and associations of route tables, which go with their route table,",
  "schedules of the temporary NAT gateway, which the next `up` or `destroy` deletes, saved queries of CloudWatch Logs, and,",
  "when the state is lost, IAM roles and instance profiles, pull-through cache rules, scalable targets and scaling",
  "policies, which cost nothing.",
];

const headingOfUnlisted = [
  "These were being created, and AWS's tagging API does not list their types, so each may exist or not. Type these, too,",
  "once; an error such as NoSuchEntity or ...NotFound... says that there is nothing to delete:",
];

/** The commands which delete these, in the order in which AWS lets them go; types without a command come last. */
function deletionsOf(leftovers: readonly Leftover[]): Deletion[] {
  const order = Object.keys(kinds);
  const rank = ({ arn }: Leftover) => {
    const { kind } = arnParts(arn);
    return order.includes(kind) ? order.indexOf(kind) : order.length;
  };
  const sorted = [...leftovers].sort((a, b) => rank(a) - rank(b) || (a.arn < b.arn ? -1 : 1));
  return sorted.map(({ arn, facts }) => {
    const parts = arnParts(arn);
    return { name: arn, commands: kinds[parts.kind]?.remove(parts.id, facts, parts) ?? [] };
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
  const options = (command: string) =>
    `${command.startsWith("aws iam ") ? "" : ` --region ${region}`}${profile ? ` --profile ${profile}` : ""}`;
  // Also of a command within another one.
  const withOptions = (command: string) => `${command.replaceAll(')"', `${options(command)})"`)}${options(command)}`;
  const typed = (deletions: readonly Deletion[]) =>
    deletions.flatMap(({ name, commands }) => [
      "",
      `# ${name}`,
      ...(commands.length === 0
        ? ["# no command is known for this type; delete it in the console"]
        : commands.map(withOptions)),
    ]);
  return [
    ...comments([...interrupted, ...headingOf(leftovers.length, stack, region)]),
    ...typed(deletionsOf(leftovers)),
    ...(state.unlisted.length === 0 ? [] : ["", ...comments(headingOfUnlisted)]),
    ...typed(state.unlisted),
    "",
    ...comments(unseen),
  ].join("\n");
}

function headingOf(count: number, stack: string, region: string): string[] {
  if (count === 0) return [`Nothing in ${region} carries the tags of stack ${stack} and is missing from its state.`];
  const one = count === 1;
  return [
    `${count} ${one ? "resource carries" : "resources carry"} the tags of stack ${stack} in ${region} and ` +
      `${one ? "is" : "are"} not in its state. Look at each: a`,
    `stack ${stack} which somebody else deploys into this account from another state carries the same tags.`,
    "Then type, one after the other, and run this again, for what goes with its owner is listed only when it stayed:",
  ];
}
