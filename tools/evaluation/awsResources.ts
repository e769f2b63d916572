import type { Deployment } from "./awsFunctions";
import {
  attached,
  type CreatedResource,
  type Creation,
  dynamic,
  ec2,
  iam,
  identifiedByName,
  Maker,
  type NewResource,
  resolver,
} from "./creations";
import { hexDigits } from "./placeholders";

const creations: Readonly<Record<string, Creation>> = {
  "aws:ec2/vpc:Vpc": ec2("vpc", "vpc", (make) => ({
    defaultSecurityGroupId: make.id("sg", "default security group"),
    defaultRouteTableId: make.id("rtb", "default route table"),
    mainRouteTableId: make.id("rtb", "default route table"),
    defaultNetworkAclId: make.id("acl", "default network ACL"),
    ownerId: make.account,
  })),
  "aws:ec2/subnet:Subnet": ec2("subnet", "subnet"),
  "aws:ec2/routeTable:RouteTable": ec2("rtb", "route-table"),
  "aws:ec2/routeTableAssociation:RouteTableAssociation": ec2("rtbassoc", "route-table-association"),
  "aws:ec2/route:Route": ec2("r", "route"),
  "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": ec2("sg", "security-group"),
  "aws:ec2/securityGroup:SecurityGroup": ec2("sg", "security-group", (make) => ({ name: make.physicalName() })),
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ec2("sgr", "security-group-rule"),
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": ec2("sgr", "security-group-rule"),
  "aws:ec2/flowLog:FlowLog": ec2("fl", "vpc-flow-log"),
  "aws:ec2/vpcEndpoint:VpcEndpoint": ec2("vpce", "vpc-endpoint", (make) =>
    make.resource.inputs.vpcEndpointType === "Interface"
      ? { networkInterfaceIds: [make.id("eni", "network interface")] }
      : { prefixListId: make.id("pl", "prefix list id"), cidrBlocks: ["192.0.2.0/24"] },
  ),
  "aws:ec2/instance:Instance": ec2("i", "instance", (make) => ({
    privateIp: make.madeUp("192.0.2.10", "private address"),
    primaryNetworkInterfaceId: make.id("eni", "network interface"),
  })),
  "aws:iam/role:Role": iam("role/"),
  "aws:iam/instanceProfile:InstanceProfile": iam("instance-profile/"),
  "aws:iam/rolePolicy:RolePolicy": (make) => ({
    id: make.id(make.resource.name),
    outputs: { name: make.physicalName() },
  }),
  "aws:cloudwatch/logGroup:LogGroup": identifiedByName("logs", (name) => `log-group:${name}`),
  "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": attached,
  "aws:cloudwatch/queryDefinition:QueryDefinition": attached,
  "aws:cloudwatch/metricAlarm:MetricAlarm": identifiedByName("cloudwatch", (name) => `alarm:${name}`),
  "aws:cloudwatch/dashboard:Dashboard": (make) => {
    const name = make.physicalName("dashboardName");
    return { id: name, outputs: { dashboardArn: `arn:aws:cloudwatch::${make.account}:dashboard/${name}` } };
  },
  "aws:cloudwatch/eventRule:EventRule": identifiedByName("events", (name) => `rule/${name}`),
  "aws:cloudwatch/eventTarget:EventTarget": attached,
  // The ARN is the id (https://www.pulumi.com/registry/packages/aws/api-docs/sns/topic/#outputs).
  "aws:sns/topic:Topic": (make) => {
    const arn = make.arn("sns", make.physicalName());
    return { id: arn, outputs: { arn, owner: make.account } };
  },
  "aws:sns/topicPolicy:TopicPolicy": attached,
  "aws:sns/topicSubscription:TopicSubscription": attached,
  "aws:ecr/repository:Repository": identifiedByName(
    "ecr",
    (name) => `repository/${name}`,
    (make, name) => ({
      registryId: make.account,
      repositoryUrl: `${make.account}.dkr.ecr.${make.region}.amazonaws.com/${name}`,
    }),
  ),
  "aws:ecr/lifecyclePolicy:LifecyclePolicy": attached,
  "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": (make) => ({
    id: String(make.resource.inputs.ecrRepositoryPrefix ?? "ROOT"),
    outputs: { registryId: make.account },
  }),
  "awsx:ecr:Image": (make) => ({
    id: make.id(make.resource.name),
    outputs: {
      imageUri: `${String(make.resource.inputs.repositoryUrl)}@${make.madeUp(
        `sha256:${hexDigits(make.resource.urn, 64)}`,
        "digest",
      )}`,
    },
  }),
  "aws:ecs/cluster:Cluster": (make) => {
    const name = make.physicalName();
    const arn = make.arn("ecs", `cluster/${name}`);
    return { id: arn, outputs: { name, arn } };
  },
  "aws:ecs/taskDefinition:TaskDefinition": (make) => {
    const family = String(make.resource.inputs.family);
    const arnWithoutRevision = make.arn("ecs", `task-definition/${family}`);
    return {
      id: family,
      outputs: { arn: make.madeUp(`${arnWithoutRevision}:1`, "ARN"), arnWithoutRevision, revision: 1 },
    };
  },
  "aws:ecs/service:Service": (make) => {
    const cluster = String(make.resource.inputs.cluster).split("/").at(-1);
    const name = make.physicalName();
    const arn = make.arn("ecs", `service/${cluster}/${name}`);
    return { id: arn, outputs: { name, arn } };
  },
  "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": (make) => {
    const id = make.id("ns");
    return {
      id,
      outputs: { arn: make.arn("servicediscovery", `namespace/${id}`), hostedZone: make.id("Z", "hosted zone") },
    };
  },
  "aws:servicediscovery/service:Service": (make) => {
    const id = make.id("srv");
    return { id, outputs: { name: make.physicalName(), arn: make.arn("servicediscovery", `service/${id}`) } };
  },
  "aws:appautoscaling/target:Target": attached,
  "aws:appautoscaling/policy:Policy": attached,
  "aws:dynamodb/table:Table": identifiedByName("dynamodb", (name) => `table/${name}`),
  "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList": resolver("rslvr-fdl", "firewall-domain-list"),
  "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup": resolver("rslvr-frg", "firewall-rule-group"),
  "aws:route53/resolverFirewallRule:ResolverFirewallRule": attached,
  "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation": resolver(
    "rslvr-frgassoc",
    "firewall-rule-group-association",
  ),
  "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig": resolver("rqlc", "resolver-query-log-config"),
  "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation": attached,
  "aws:ssm/parameter:Parameter": identifiedByName("ssm", (name) => `parameter/${name.replace(/^\//, "")}`),
  "aws:xray/samplingRule:SamplingRule": (make) => {
    const name = make.physicalName("ruleName");
    return { id: name, outputs: { ruleName: name, arn: make.arn("xray", `sampling-rule/${name}`) } };
  },
  "aws:xray/group:Group": (make) => {
    const arn = make.madeUp(make.arn("xray", `group/${String(make.resource.inputs.groupName)}`), "ARN");
    return { id: arn, outputs: { arn } };
  },
  "pulumi:providers:aws": (make) => ({ id: make.id("provider"), outputs: {} }),
};

/**
 * Thrown for a type which the stand-in for AWS does not know: missing outputs would silently vanish from what uses
 * them.
 */
export class UnknownResourceError extends Error {
  constructor(resource: NewResource) {
    super(
      `no answer without AWS for resources of type ${resource.type}: say in tools/evaluation/awsResources.ts which outputs AWS adds`,
    );
    this.name = "UnknownResourceError";
  }
}

/**
 * What AWS would answer to the creation of a resource. Throws `UnknownResourceError` for types this project does not
 * use.
 */
export function createResource(resource: NewResource, deployment: Deployment): CreatedResource {
  const isDynamic = resource.type.startsWith("pulumi-nodejs:dynamic");
  const creation = isDynamic ? dynamic : creations[resource.type];
  if (creation === undefined) {
    throw new UnknownResourceError(resource);
  }
  return creation(new Maker(resource, deployment));
}
