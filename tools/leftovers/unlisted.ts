/** What deletes a resource. */
export interface Deletion {
  /** Its ARN, or type and name in the program, such as `aws:iam/role:Role client-role`. */
  readonly name: string;
  readonly commands: readonly string[];
}

/** What the program has said of a resource; its name was chosen before AWS was called. */
type Inputs = Readonly<Record<string, unknown>>;

const scalableTarget = ({ serviceNamespace, scalableDimension, resourceId }: Inputs) =>
  `--service-namespace ${serviceNamespace} --scalable-dimension ${scalableDimension} --resource-id ${resourceId}`;

/**
 * The commands that delete resources of types which AWS's tagging API does not list
 * (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html), in the order in which
 * AWS lets them go. Left out are the types which go with what they belong to (routes, associations of route tables,
 * lifecycle policies, policies of log groups), and saved queries, which have no name of their own and cost nothing.
 */
export const deletionsByInputs: Readonly<Record<string, (inputs: Inputs) => readonly string[]>> = {
  "aws:appautoscaling/policy:Policy": (inputs) => [
    `aws application-autoscaling delete-scaling-policy --policy-name ${inputs.name} ${scalableTarget(inputs)}`,
  ],
  "aws:appautoscaling/target:Target": (inputs) => [
    `aws application-autoscaling deregister-scalable-target ${scalableTarget(inputs)}`,
  ],
  "aws:cloudwatch/dashboard:Dashboard": ({ dashboardName }) => [
    `aws cloudwatch delete-dashboards --dashboard-names ${dashboardName}`,
  ],
  "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": (inputs) => [
    "aws route53resolver disassociate-resolver-query-log-config " +
      `--resolver-query-log-config-id ${inputs.resolverQueryLogConfigId} --resource-id ${inputs.resourceId}`,
  ],
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": ({ ecrRepositoryPrefix }) => [
    `aws ecr delete-pull-through-cache-rule --ecr-repository-prefix ${ecrRepositoryPrefix}`,
  ],
  "aws:iam/instanceProfile:InstanceProfile": ({ name, role }) => [
    `aws iam remove-role-from-instance-profile --instance-profile-name ${name} --role-name ${role}`,
    `aws iam delete-instance-profile --instance-profile-name ${name}`,
  ],
  "aws:iam/rolePolicy:RolePolicy": ({ name, role }) => [
    `aws iam delete-role-policy --role-name ${role} --policy-name ${name}`,
  ],
  "aws:iam/role:Role": ({ name }) => [`aws iam delete-role --role-name ${name}`],
};
