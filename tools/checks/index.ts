import type { Evaluation } from "../evaluation/evaluation";
import { checkAddresses } from "./addresses";
import type { Check, Finding } from "./check";
import { checkContainers } from "./containers";
import { checkCpuCredits } from "./cpuCredits";
import { checkEmptyBlocks } from "./emptyBlocks";
import { checkEndpointPolicies } from "./endpointPolicies";
import { checkEndpointServices } from "./endpointServices";
import { checkFargateSizes } from "./fargateSizes";
import { checkInternetAccess } from "./internetAccess";
import { checkLogRetention } from "./logRetention";
import { checkNames } from "./names";
import { checkOpenings } from "./openings";
import { checkPolicyActions } from "./policyActions";
import { checkPolicyResources } from "./policyResources";
import { checkPorts } from "./ports";
import { checkPushedImages } from "./pushedImages";
import { checkReachableServices } from "./reachableServices";
import { checkServiceDeployments } from "./serviceDeployments";
import { checkStackTags } from "./stackTags";
import { checkValues } from "./values";

export { type Check, type Finding, formatFinding } from "./check";

/** Every check there is; Pulumi's mocks accept anything, so what AWS would refuse is looked for here. */
export const checks: readonly Check[] = [
  checkAddresses,
  checkLogRetention,
  checkFargateSizes,
  checkEndpointServices,
  checkPolicyActions,
  checkPolicyResources,
  checkReachableServices,
  checkContainers,
  checkValues,
  checkEmptyBlocks,
  checkPushedImages,
  checkPorts,
  checkNames,
  checkOpenings,
  checkInternetAccess,
  checkEndpointPolicies,
  checkCpuCredits,
  checkServiceDeployments,
  checkStackTags,
];

/** All findings of all checks, in their order. */
export async function runChecks(evaluation: Evaluation): Promise<Finding[]> {
  const findings = await Promise.all(checks.map((check) => check(evaluation)));
  return findings.flat();
}
