import assert from "node:assert/strict";
import { planSubnets, type SubnetPlan } from "../../../components/network/subnets";

export type SubnetRequest = Parameters<typeof planSubnets>[0];

/** The plan of a request with which nothing is wrong. */
export function planned(request: SubnetRequest): SubnetPlan {
  const { plan, problems } = planSubnets(request);
  assert.ok(plan !== undefined, JSON.stringify(problems));
  return plan;
}
