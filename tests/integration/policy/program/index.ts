import { readFileSync } from "node:fs";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/** A policy document that allows some actions. */
const allow = (...Action: string[]) =>
  JSON.stringify({ Version: "2012-10-17", Statement: [{ Sid: "Use", Effect: "Allow", Action, Resource: "*" }] });

const task = (name: string, image: pulumi.Input<string>) =>
  new aws.ecs.TaskDefinition(name, {
    family: name,
    containerDefinitions: pulumi.jsonStringify([{ name: "app", image, essential: true }]),
  });

/** What a user of the policy pack could have declared: wrong in each shape that the SDK has for it. */
const cases = {
  "internet access": () => {
    const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
    const gateway = new aws.ec2.InternetGateway("gateway", { vpcId: vpc.id });
    new aws.ec2.EgressOnlyInternetGateway("gateway6", { vpcId: vpc.id });
    const nat = new aws.ec2.NatGateway("nat", { subnetId: "subnet-1", allocationId: "eipalloc-1" });
    new aws.ec2.NatGateway("between", { subnetId: "subnet-1", connectivityType: "private" });
    new aws.ec2.RouteTable("table", { vpcId: vpc.id, routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }] });
    new aws.ec2.DefaultRouteTable("main", {
      defaultRouteTableId: vpc.defaultRouteTableId,
      routes: [{ ipv6CidrBlock: "::/0", gatewayId: gateway.id }],
    });
    new aws.ec2.Route("route", { routeTableId: "rtb-1", destinationCidrBlock: "0.0.0.0/0", natGatewayId: nat.id });
    new aws.ec2.Route("to-peer", { routeTableId: "rtb-1", destinationCidrBlock: "10.1.0.0/16", natGatewayId: nat.id });
  },

  "open ingress": () => {
    const rule = { protocol: "tcp", fromPort: 443, toPort: 443 };
    const group = new aws.ec2.SecurityGroup("group", {
      ingress: [{ ...rule, cidrBlocks: ["10.0.0.0/8", "0.0.0.0/0"] }],
    });
    new aws.ec2.DefaultSecurityGroup("default", { vpcId: "vpc-1", ingress: [{ ...rule, ipv6CidrBlocks: ["::/0"] }] });
    const securityGroupId = group.id;
    new aws.ec2.SecurityGroupRule("rule", { ...rule, type: "ingress", securityGroupId, cidrBlocks: ["0.0.0.0/0"] });
    new aws.ec2.SecurityGroupRule("out", { ...rule, type: "egress", securityGroupId, cidrBlocks: ["0.0.0.0/0"] });
    const ports = { ipProtocol: "tcp", fromPort: 443, toPort: 443, securityGroupId };
    new aws.vpc.SecurityGroupIngressRule("ingress", { ...ports, cidrIpv4: "0.0.0.0/0" });
    new aws.vpc.SecurityGroupIngressRule("ingress6", { ...ports, cidrIpv6: "::/0" });
    new aws.vpc.SecurityGroupIngressRule("from-group", { ...ports, referencedSecurityGroupId: securityGroupId });
  },

  images: () => {
    task("latest", "public.ecr.aws/nginx/nginx:latest");
    task("untagged", "public.ecr.aws/nginx/nginx");
    task("exact", "public.ecr.aws/nginx/nginx:1.29.3");
  },

  "log retention": () => {
    new aws.cloudwatch.LogGroup("kept", { retentionInDays: 30 });
    new aws.cloudwatch.LogGroup("forgotten");
    new aws.cloudwatch.LogGroup("always", { retentionInDays: 0 });
  },

  "wildcard actions": () => {
    const assumeRolePolicy = JSON.stringify({
      Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    const inlinePolicies = [{ name: "all", policy: allow("*") }];
    const role = new aws.iam.Role("role", { assumeRolePolicy, inlinePolicies });
    new aws.iam.RolePolicy("role-policy", { role: role.name, policy: allow("s3:GetObject", "xray:PutT*") });
    new aws.iam.Policy("policy", {
      policy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "logs:*", Resource: "*" }] },
    });
    const serviceName = "com.amazonaws.eu-central-1.s3";
    new aws.ec2.VpcEndpoint("endpoint", { vpcId: "vpc-1", serviceName, policy: allow("s3:*") });
    new aws.ec2.VpcEndpoint("endpoint-without", { vpcId: "vpc-1", serviceName });
    new aws.ecr.RepositoryPolicy("repository", { repository: "app", policy: allow("ecr:*") });
    new aws.sqs.QueuePolicy("queue", { queueUrl: "https://example.com", policy: allow("sqs:Send*") });
    new aws.sns.TopicPolicy("topic", { arn: "arn:aws:sns:eu-central-1:123456789012:topic", policy: allow("sns:*") });
  },

  /** Much of it is not known before it is made. */
  sound: () => {
    const repository = new aws.ecr.Repository("repository");
    const vpc = new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16" });
    task("task", pulumi.interpolate`${repository.repositoryUrl}:1.0.0`);
    new aws.cloudwatch.LogGroup("logs", { retentionInDays: repository.id.apply((id) => id.length) });
    new aws.ec2.SecurityGroup("group", {
      vpcId: vpc.id,
      ingress: [{ protocol: "tcp", fromPort: 443, toPort: 443, cidrBlocks: [vpc.cidrBlock, "10.0.0.0/8"] }],
    });
    new aws.ec2.VpcEndpoint("endpoint", {
      vpcId: vpc.id,
      serviceName: "com.amazonaws.eu-central-1.ecr.api",
      policy: repository.arn.apply(() => allow("ecr:BatchGetImage")),
    });
    new aws.ec2.NatGateway("nat", { subnetId: vpc.id, connectivityType: vpc.arn.apply(() => "private") });
  },

  /** Only when it is made shows what is wrong. */
  late: () => {
    const group = new aws.cloudwatch.LogGroup("kept", { retentionInDays: 30 });
    new aws.cloudwatch.LogGroup("late", { retentionInDays: group.arn.apply(() => 0) });
  },
};

export type Case = keyof typeof cases;

const name = readFileSync("case", "utf8") as Case;
cases[name]();
