import type { Rule } from "../tools/checks/check";
import { findInexactImages } from "../tools/checks/images";
import { findMissingRetention } from "../tools/checks/logRetention";
import { findInternetAccess, findOpenIngress } from "../tools/checks/openings";
import { findWildcardActions } from "../tools/checks/policyActions";

/** A rule under the name by which the CLI reports and configures it. */
interface NamedRule {
  readonly name: string;
  readonly description: string;
  readonly rule: Rule;
}

/** What the policy pack enforces. Each rule looks at one resource, so it holds in every stack. */
export const policies: readonly NamedRule[] = [
  {
    name: "no-internet-access",
    description: "No internet gateway, NAT gateway or default route lasts longer than a deployment.",
    rule: findInternetAccess,
  },
  {
    name: "no-open-ingress",
    description: "No security group lets everybody in.",
    rule: findOpenIngress,
  },
  {
    name: "exact-images",
    description: "Containers run images by their digest or the tag of one version.",
    rule: findInexactImages,
  },
  {
    name: "log-retention",
    description: "Log groups keep their events for a limited time.",
    rule: findMissingRetention,
  },
  {
    name: "no-wildcard-actions",
    description: "Policies allow actions by their full names.",
    rule: findWildcardActions,
  },
];
