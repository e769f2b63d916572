import { asList, asRecord } from "../checks/check";
import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import { parseJson } from "../values";
import { serviceOf } from "./residents";

/** What a statement of an endpoint's policy lets through. */
export interface EndpointGrant {
  readonly endpoint: RecordedResource;
  /** Such as `ecr.api`. */
  readonly service: string;
  /** Path of the statement, such as `policy.PullImages`; `policy` for the default one. */
  readonly path: string;
  /** Whose requests: `anybody`, or whom principal and condition name. */
  readonly principals: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** Whose requests may pass, where everybody's may. */
export const anybody = "anybody";

/**
 * What the policies of endpoints let through. An endpoint without one lets everybody do everything
 * (https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html#default-endpoint-policy).
 */
export function endpointGrants(evaluation: Evaluation): EndpointGrant[] {
  return ofType(evaluation, "aws:ec2/vpcEndpoint:VpcEndpoint").flatMap((endpoint): EndpointGrant[] => {
    const service = serviceOf(endpoint);
    const { policy } = endpoint.inputs;
    if (policy === undefined) {
      return [{ endpoint, service, path: "policy", principals: anybody, actions: ["*"], resources: ["*"] }];
    }
    return asList(asRecord(parseJson(String(policy))).Statement)
      .map(asRecord)
      .map((statement, index) => ({ statement, path: `policy.${String(statement.Sid ?? `Statement[${index}]`)}` }))
      .filter(({ statement }) => statement.Effect === "Allow")
      .map(({ statement, path }) => ({
        ...{ endpoint, service, path, principals: principalsOf(statement) },
        // What is named as an exception leaves everything else.
        actions: statement.Action === undefined ? ["*"] : asList(statement.Action).map(String),
        resources: statement.Resource === undefined ? ["*"] : asList(statement.Resource).map(String),
      }));
  });
}

function principalsOf({ Principal, Condition }: Readonly<Record<string, unknown>>): string {
  const named = Principal === "*" ? ["*"] : Object.values(asRecord(Principal)).flatMap(asList).map(String);
  const conditions = Object.entries(asRecord(Condition))
    .filter(([operator]) => limiting.test(operator))
    .flatMap(([, keys]) => Object.entries(asRecord(keys)))
    .filter(([key, values]) => principalKeys.test(key) && !asList(values).some((value) => /^\**$/.test(String(value))))
    .map(([key, values]) => `${principalKeys.exec(key)?.[1]?.toLowerCase()} ${asList(values).join(", ")}`);
  if (conditions.length > 0) return conditions.join(" and ");
  return named.length === 0 || named.includes("*") ? anybody : named.join(", ");
}

/** Operators that a request without the key does not fulfil, and that do not say who is left out. */
const limiting = /^(?:ForAnyValue:)?(?:String|Arn)(?:Equals|Like)$/;

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principal-properties
const principalKeys = /^aws:Principal(Account|Arn|OrgID|OrgPaths)$/i;
