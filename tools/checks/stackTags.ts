import { untagged } from "../../components/stackTags";
import { asRecord, type Check, finding, show } from "./check";

/** Types of the provider which AWS cannot tag. */
export const untaggable: readonly string[] = [
  "aws:appautoscaling/policy:Policy",
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy",
  "aws:cloudwatch/queryDefinition:QueryDefinition",
  "aws:cloudwatch/dashboard:Dashboard",
  "aws:cloudwatch/eventTarget:EventTarget",
  "aws:ec2/route:Route",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:ecr/lifecyclePolicy:LifecyclePolicy",
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:route53/resolverFirewallRule:ResolverFirewallRule",
  "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation",
  "aws:sns/topicPolicy:TopicPolicy",
  "aws:sns/topicSubscription:TopicSubscription",
];

/** Everything of AWS carries the stack's tags: what a killed deployment leaves is found by nothing else. */
export const checkStackTags: Check = ({ project, stack, resources }) =>
  resources
    .filter(({ type, custom }) => custom && type.startsWith("aws:") && ![...untaggable, ...untagged].includes(type))
    .flatMap((resource) => {
      const properties = resource.type === "aws:ec2/instance:Instance" ? ["tags", "volumeTags"] : ["tags"];
      return properties.flatMap((property) => {
        const { Project, Stack } = asRecord(resource.inputs[property]);
        return Project === project && Stack === stack
          ? []
          : [
              finding(
                resource,
                property,
                `${show(Project)} and ${show(Stack)} are not the stack's Project and Stack`,
                `"${project}" and "${stack}": call tagResources() before it is made; a type without tags belongs into ` +
                  "the list of tools/checks/stackTags.ts",
              ),
            ];
      });
    });
