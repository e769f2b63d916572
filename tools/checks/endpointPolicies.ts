import { anybody, endpointGrants } from "../network/endpointPolicies";
import { type Check, finding } from "./check";

/**
 * Requests that pass an endpoint are those of known principals, or else data can leave with the keys of another account:
 * no packet shows whose keys a request is signed with. Not so for S3, whose requests for layers and packages are signed
 * by others or not at all (components/network/groupsAndEndpoints.ts); there the resources must be named. Wildcards in
 * actions are found by `checkPolicyActions`.
 */
export const checkEndpointPolicies: Check = (evaluation) =>
  endpointGrants(evaluation).flatMap(({ endpoint, service, path, principals, resources }) => {
    if (endpoint.inputs.policy === undefined) {
      const wrong = "is AWS's own, which lets everybody do everything through the endpoint";
      return [finding(endpoint, "policy", wrong, "statements of actions, resources and principals")];
    }
    if (principals !== anybody) return [];
    if (service === "s3") {
      return resources.some((each) => /^(\*|arn:aws[\w-]*:s3:::\*.*)$/.test(each))
        ? [finding(endpoint, `${path}.Resource`, "lets everybody reach every bucket", "ARNs of the buckets in use")]
        : [];
    }
    const wrong = "lets principals of every account through, so data can leave to any of them";
    return [
      finding(endpoint, `${path}.Principal`, wrong, "a condition on aws:PrincipalAccount, or roles by their ARN"),
    ];
  });
