import { isIPv4 } from "node:net";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../iam";
import { type EndpointNeeds, mergeEndpointNeeds, type PlannedEndpoint } from "./endpoints";

/** What is looked up in a VPC. */
interface Lookups {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /** Account whose registry and tables are used. */
  readonly accountId: pulumi.Input<string>;
  /** What is done through VPC endpoints. */
  readonly endpoints: EndpointNeeds;
  /** Other hosts, of whose names the first label may be `*`; those given by their address are left out. */
  readonly hosts: readonly string[];
}

/**
 * The names which are looked up: endpoints' private names, for S3 that of each bucket, by IPv4 alone and by both
 * protocols, and other hosts. All with a dot at the end, as DNS Firewall returns them, or every refresh would find a
 * difference.
 */
function allowedDomains({ region, accountId, endpoints, hosts }: Lookups): pulumi.Input<string>[] {
  const inRegion = (name: string) => `${name}.${region}.amazonaws.com.`;
  const names = ({ endpoint, statements }: PlannedEndpoint): pulumi.Input<string>[] => {
    switch (endpoint) {
      case "ecr.api":
        return [inRegion("api.ecr")];
      case "ecr.dkr":
        return [pulumi.interpolate`${accountId}.${inRegion("dkr.ecr")}`];
      case "dynamodb":
        // The SDK prefers the account's own name where it knows the account
        // (https://docs.aws.amazon.com/sdkref/latest/guide/feature-account-endpoints.html).
        return [inRegion("dynamodb"), pulumi.interpolate`${accountId}.${inRegion("ddb")}`];
      case "s3":
        return bucketsOf(statements).flatMap((bucket) => [
          inRegion(`${bucket}.s3`),
          inRegion(`${bucket}.s3.dualstack`),
        ]);
      default:
        return [inRegion(endpoint)];
    }
  };
  return [
    ...mergeEndpointNeeds(endpoints).flatMap(names),
    ...hosts.filter((host) => !isIPv4(host)).map((host) => `${host}.`),
  ];
}

/** The buckets which the policy of S3's endpoint names. Throws when a name is not known before the deployment. */
function bucketsOf(statements: readonly PolicyStatement[]): string[] {
  const buckets = statements
    .flatMap(({ Resource = [] }) => Resource)
    .map((arn) => {
      const bucket = typeof arn === "string" ? /^arn:aws:s3:::([^/*]+)/.exec(arn)?.[1] : undefined;
      if (bucket === undefined) {
        throw new Error("a statement for the endpoint s3 does not name a bucket, so its host is not known");
      }
      return bucket;
    });
  return [...new Set(buckets)];
}

/** Arguments of {@link DnsFirewall}. */
interface DnsFirewallArgs extends Lookups {
  readonly vpcId: pulumi.Input<string>;
}

/**
 * Lets a VPC look up the names it needs, and answers any other question with nothing. Amazon's resolver asks the
 * internet on behalf of a VPC that has no route there, and neither security groups nor network ACLs filter it
 * (https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html), so that data could leave within the names
 * that are looked up.
 *
 * Cost: $0.60 for a million lookups, and less than a cent a month for the names.
 */
export class DnsFirewall extends pulumi.ComponentResource {
  constructor(name: string, { vpcId, ...lookups }: DnsFirewallArgs, opts?: pulumi.ComponentResourceOptions) {
    super("traced-fargate:network:DnsFirewall", name, {}, opts);
    const child = { parent: this };
    const group = new aws.route53.ResolverFirewallRuleGroup(name, {}, child);
    const rule = (
      suffix: string,
      domains: pulumi.Input<string>[],
      args: Omit<aws.route53.ResolverFirewallRuleArgs, "firewallRuleGroupId">,
    ) => {
      const list = new aws.route53.ResolverFirewallDomainList(`${name}-${suffix}`, { domains }, child);
      const ids = { firewallRuleGroupId: group.id, firewallDomainListId: list.id };
      return new aws.route53.ResolverFirewallRule(`${name}-${suffix}`, { ...args, ...ids }, child);
    };
    const allowed = rule("allowed", allowedDomains(lookups), {
      priority: 1,
      action: "ALLOW",
      // The names of S3 are aliases of others, which are AWS's to choose.
      firewallDomainRedirectionAction: "TRUST_REDIRECTION_DOMAIN",
    });
    const others = rule("others", ["*."], { priority: 2, action: "BLOCK", blockResponse: "NODATA" });
    // Not before its rules are there, and gone before they are, so that no lookup fails in between.
    new aws.route53.ResolverFirewallRuleGroupAssociation(
      name,
      { firewallRuleGroupId: group.id, vpcId, priority: 101 },
      { ...child, dependsOn: [allowed, others] },
    );
    this.registerOutputs();
  }
}
