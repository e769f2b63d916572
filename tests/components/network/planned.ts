import assert from "node:assert/strict";
import { planSubnets, type SubnetPlan, type SubnetRequest } from "../../../components/network/subnets";

/** The plan of a request with which nothing is wrong. */
export function planned(request: SubnetRequest): SubnetPlan {
  const { plan, problems } = planSubnets(request);
  assert.ok(plan !== undefined, JSON.stringify(problems));
  return plan;
}
