/**
 * The IAM actions which each kind of resource takes to be made, read, changed, tagged and deleted. Recorded from the
 * log of Terraform's AWS provider 5.100 while it made, refreshed and deleted the stacks `dev` and `chain`; added are what
 * the provider's version 6 calls beyond that (https://github.com/hashicorp/terraform-provider-aws, such as
 * internal/service/ecs/service.go), what changes of settings take, tags, and what AWS says a call needs besides itself.
 *
 * `sts:GetCallerIdentity` is left out: it needs no permission
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 */
export const actionsByType: Readonly<Record<string, readonly string[]>> = {
  "aws:appautoscaling/policy:Policy": [
    ...of("application-autoscaling", "DeleteScalingPolicy DescribeScalingPolicies PutScalingPolicy"),
    // https://docs.aws.amazon.com/autoscaling/application/userguide/security_iam_id-based-policy-examples.html
    ...of("cloudwatch", "DeleteAlarms DescribeAlarms PutMetricAlarm"),
  ],
  "aws:appautoscaling/target:Target": [
    ...of("application-autoscaling", "DeregisterScalableTarget DescribeScalableTargets ListTagsForResource"),
    ...of("application-autoscaling", "RegisterScalableTarget TagResource UntagResource"),
    ...of("ecs", "DescribeServices UpdateService"),
    "iam:CreateServiceLinkedRole",
  ],
  // Of the alarms, their topic, their rule and the dashboard: what the provider calls
  // (https://github.com/hashicorp/terraform-provider-aws, internal/service/{cloudwatch,events,sns}).
  "aws:cloudwatch/dashboard:Dashboard": of("cloudwatch", "DeleteDashboards GetDashboard PutDashboard"),
  "aws:cloudwatch/eventRule:EventRule": of(
    "events",
    "DeleteRule DescribeRule ListTagsForResource PutRule TagResource UntagResource",
  ),
  "aws:cloudwatch/eventTarget:EventTarget": of("events", "ListTargetsByRule PutTargets RemoveTargets"),
  "aws:cloudwatch/logGroup:LogGroup": [
    ...of("logs", "CreateLogGroup DeleteLogGroup DescribeLogGroups ListTagsForResource PutRetentionPolicy TagResource"),
    ...of("logs", "AssociateKmsKey DisassociateKmsKey UntagResource"),
  ],
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": of(
    "logs",
    "DeleteResourcePolicy DescribeResourcePolicies PutResourcePolicy",
  ),
  "aws:cloudwatch/queryDefinition:QueryDefinition": of(
    "logs",
    "DeleteQueryDefinition DescribeQueryDefinitions PutQueryDefinition",
  ),
  "aws:cloudwatch/metricAlarm:MetricAlarm": of(
    "cloudwatch",
    "DeleteAlarms DescribeAlarms ListTagsForResource PutMetricAlarm TagResource UntagResource",
  ),
  "aws:dynamodb/table:Table": [
    ...of("dynamodb", "CreateTable DeleteTable DescribeContinuousBackups DescribeTable DescribeTimeToLive"),
    ...of("dynamodb", "ListTagsOfResource TagResource UntagResource UpdateContinuousBackups"),
    "kms:DescribeKey",
  ],
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": of(
    "ec2",
    "DescribeSecurityGroupRules DescribeSecurityGroups RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
  ),
  "aws:ec2/flowLog:FlowLog": [
    ...of("ec2", "CreateFlowLogs DeleteFlowLogs DescribeFlowLogs"),
    ...ec2Tags(),
    "iam:PassRole",
    // For the field `ecs-service-name` (https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html).
    ...of("ecs", "ListClusters ListServices"),
  ],
  "aws:ec2/instance:Instance": [
    ...of("ec2", "DescribeImages DescribeInstanceAttribute DescribeInstanceCreditSpecifications DescribeInstances"),
    ...of("ec2", "DescribeInstanceTypes DescribeTags DescribeVolumes DescribeVpcs ModifyInstanceAttribute"),
    ...of("ec2", "ModifyInstanceCreditSpecification RunInstances StartInstances StopInstances TerminateInstances"),
    ...ec2Tags(),
    "iam:PassRole",
  ],
  "aws:ec2/routeTable:RouteTable": [
    ...of("ec2", "CreateRouteTable DeleteRouteTable DescribeRouteTables"),
    ...ec2Tags(),
  ],
  "aws:ec2/routeTableAssociation:RouteTableAssociation": of(
    "ec2",
    "AssociateRouteTable DescribeRouteTables DisassociateRouteTable",
  ),
  "aws:ec2/securityGroup:SecurityGroup": [
    ...of("ec2", "CreateSecurityGroup DeleteSecurityGroup DescribeNetworkInterfaces DescribeSecurityGroups"),
    ...of("ec2", "RevokeSecurityGroupEgress"),
    ...ec2Tags(),
  ],
  "aws:ec2/subnet:Subnet": [
    ...of("ec2", "CreateSubnet DeleteSubnet DescribeNetworkInterfaces DescribeSubnets"),
    ...ec2Tags(),
  ],
  "aws:ec2/vpc:Vpc": [
    ...of("ec2", "CreateVpc DeleteVpc DescribeNetworkAcls DescribeRouteTables DescribeSecurityGroups"),
    ...of("ec2", "DescribeVpcAttribute DescribeVpcs ModifyVpcAttribute"),
    ...ec2Tags(),
  ],
  "aws:ec2/vpcEndpoint:VpcEndpoint": [
    ...of("ec2", "CreateVpcEndpoint DeleteVpcEndpoints DescribeNetworkInterfaces DescribePrefixLists"),
    ...of("ec2", "DescribeVpcEndpoints ModifyVpcEndpoint"),
    ...ec2Tags(),
    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
    "route53:AssociateVPCWithHostedZone",
  ],
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": of("ecr", "DeleteLifecyclePolicy GetLifecyclePolicy PutLifecyclePolicy"),
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": [
    ...of("ecr", "CreatePullThroughCacheRule DeletePullThroughCacheRule DescribePullThroughCacheRules"),
    "iam:CreateServiceLinkedRole",
  ],
  "aws:ecr/repository:Repository": of(
    "ecr",
    "CreateRepository DeleteRepository DescribeRepositories ListTagsForResource TagResource UntagResource",
  ),
  "aws:ecs/cluster:Cluster": [
    ...of("ecs", "CreateCluster DeleteCluster DescribeClusters ListTagsForResource TagResource UntagResource"),
    "ecs:UpdateCluster",
    "iam:CreateServiceLinkedRole",
  ],
  "aws:ecs/service:Service": [
    ...of("ecs", "CreateService DeleteService DescribeServices ListTagsForResource TagResource UntagResource"),
    "ecs:UpdateService",
  ],
  "aws:ecs/taskDefinition:TaskDefinition": [
    ...of("ecs", "DeregisterTaskDefinition DescribeTaskDefinition ListTagsForResource RegisterTaskDefinition"),
    ...of("ecs", "TagResource UntagResource"),
    "iam:PassRole",
  ],
  "aws:iam/instanceProfile:InstanceProfile": [
    ...of("iam", "AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile GetRole"),
    ...of("iam", "PassRole RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile"),
  ],
  "aws:iam/role:Role": [
    ...of("iam", "CreateRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy GetRole GetRolePolicy"),
    ...of("iam", "ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies PutRolePermissionsBoundary"),
    ...of("iam", "TagRole UntagRole"),
  ],
  "aws:iam/rolePolicy:RolePolicy": of("iam", "DeleteRolePolicy GetRolePolicy PutRolePolicy"),
  "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": [
    ...of("route53resolver", "CreateFirewallDomainList DeleteFirewallDomainList GetFirewallDomainList"),
    ...of("route53resolver", "ListFirewallDomains UpdateFirewallDomains"),
    ...resolverTags(),
  ],
  "aws:route53/resolverFirewallRule:ResolverFirewallRule": of(
    "route53resolver",
    "CreateFirewallRule DeleteFirewallRule ListFirewallRules UpdateFirewallRule",
  ),
  "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": [
    ...of("route53resolver", "CreateFirewallRuleGroup DeleteFirewallRuleGroup GetFirewallRuleGroup"),
    ...resolverTags(),
  ],
  "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": [
    ...of("route53resolver", "AssociateFirewallRuleGroup DisassociateFirewallRuleGroup"),
    ...of("route53resolver", "GetFirewallRuleGroupAssociation UpdateFirewallRuleGroupAssociation"),
    ...resolverTags(),
    "ec2:DescribeVpcs",
  ],
  "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": [
    ...of("route53resolver", "CreateResolverQueryLogConfig DeleteResolverQueryLogConfig GetResolverQueryLogConfig"),
    ...resolverTags(),
    // What CloudFormation's type of this name lists
    // (https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/AWS-logs-infrastructure-CWL.html,
    // https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/using-service-linked-roles.html).
    ...of("logs", "CreateLogDelivery DeleteLogDelivery DescribeLogGroups DescribeResourcePolicies GetLogDelivery"),
    ...of("logs", "ListLogDeliveries PutResourcePolicy UpdateLogDelivery"),
    "iam:CreateServiceLinkedRole",
  ],
  "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": [
    ...of("route53resolver", "AssociateResolverQueryLogConfig DisassociateResolverQueryLogConfig"),
    ...of("route53resolver", "GetResolverQueryLogConfigAssociation"),
    "ec2:DescribeVpcs",
  ],
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": [
    ...of("servicediscovery", "CreatePrivateDnsNamespace DeleteNamespace GetNamespace GetOperation"),
    ...of("servicediscovery", "ListTagsForResource TagResource UntagResource"),
    // https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-api-permissions-ref.html
    ...of("ec2", "DescribeRegions DescribeVpcs"),
    ...of("route53", "CreateHostedZone GetHostedZone ListHostedZonesByName"),
  ],
  "aws:servicediscovery/service:Service": [
    ...of("servicediscovery", "CreateService DeleteService DeregisterInstance GetService ListInstances"),
    ...of("servicediscovery", "ListTagsForResource TagResource UntagResource"),
  ],
  "aws:sns/topic:Topic": of(
    "sns",
    "CreateTopic DeleteTopic GetTopicAttributes ListTagsForResource SetTopicAttributes TagResource UntagResource",
  ),
  "aws:sns/topicPolicy:TopicPolicy": of("sns", "GetTopicAttributes SetTopicAttributes"),
  "aws:sns/topicSubscription:TopicSubscription": of(
    "sns",
    "GetSubscriptionAttributes SetSubscriptionAttributes Subscribe Unsubscribe",
  ),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [
    ...of("ec2", "AuthorizeSecurityGroupEgress DescribeSecurityGroupRules ModifySecurityGroupRules"),
    ...of("ec2", "RevokeSecurityGroupEgress"),
    ...ec2Tags(),
  ],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [
    ...of("ec2", "AuthorizeSecurityGroupIngress DescribeSecurityGroupRules ModifySecurityGroupRules"),
    ...of("ec2", "RevokeSecurityGroupIngress"),
    ...ec2Tags(),
  ],
  "aws:xray/group:Group": of(
    "xray",
    "CreateGroup DeleteGroup GetGroup ListTagsForResource TagResource UntagResource UpdateGroup",
  ),
  "aws:xray/samplingRule:SamplingRule": [
    ...of("xray", "CreateSamplingRule DeleteSamplingRule GetSamplingRules ListTagsForResource TagResource"),
    ...of("xray", "UntagResource UpdateSamplingRule"),
  ],
  // A push: https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
  "docker-build:index:Image": of(
    "ecr",
    "BatchCheckLayerAvailability BatchGetImage CompleteLayerUpload GetAuthorizationToken GetDownloadUrlForLayer " +
      "InitiateLayerUpload PutImage UploadLayerPart",
  ),
};

/** The same for the functions of the provider, by their names in its SDK. */
export const actionsByFunction: Readonly<Record<string, readonly string[]>> = {
  getAvailabilityZones: ["ec2:DescribeAvailabilityZones"],
  getCallerIdentity: [],
  "ssm.getParameter": ["ssm:GetParameter"],
};

function of(service: string, names: string): string[] {
  return names.split(" ").map((name) => `${service}:${name}`);
}

/** Of resources that can be tagged, when they are made and later. */
function ec2Tags(): string[] {
  return of("ec2", "CreateTags DeleteTags");
}

function resolverTags(): string[] {
  return of("route53resolver", "ListTagsForResource TagResource UntagResource");
}
