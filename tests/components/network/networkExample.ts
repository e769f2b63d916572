import assert from "node:assert/strict";
import type { EndpointNeeds } from "../../../components/network/endpoints";
import { PrivateNetwork, type PrivateNetworkArgs } from "../../../components/network/privateNetwork";
import { planSubnets } from "../../../components/network/subnets";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";

export const accountId = "111111111111";
const region = "eu-central-1";
const repository = `arn:aws:ecr:${region}:${accountId}:repository/hello`;
const logGroup = `arn:aws:logs:${region}:${accountId}:log-group:/traced-fargate/dev/hello`;

/** What a traced service in a task and a load client on Amazon Linux do through endpoints. */
export const devNeeds: EndpointNeeds = {
  containers: [
    {
      endpoint: "ecr.api",
      statements: [
        { Sid: "LogInToRegistry", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] },
        { Sid: "PullImages", Effect: "Allow", Action: ["ecr:BatchGetImage"], Resource: [repository] },
      ],
    },
    {
      endpoint: "ecr.dkr",
      statements: [{ Sid: "PullImages", Effect: "Allow", Action: ["ecr:BatchGetImage"], Resource: [repository] }],
    },
    {
      endpoint: "s3",
      statements: [
        {
          Sid: "ReadImageLayers",
          Effect: "Allow",
          Action: ["s3:GetObject"],
          Resource: [`arn:aws:s3:::prod-${region}-starport-layer-bucket/*`],
        },
      ],
    },
    {
      endpoint: "logs",
      statements: [
        {
          Sid: "WriteLogs",
          Effect: "Allow",
          Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: [`${logGroup}:*`],
        },
      ],
    },
    {
      endpoint: "xray",
      statements: [{ Sid: "SendTraces", Effect: "Allow", Action: ["xray:PutTraceSegments"], Resource: ["*"] }],
    },
  ],
  client: [
    {
      endpoint: "ssm",
      statements: [{ Sid: "Register", Effect: "Allow", Action: ["ssm:UpdateInstanceInformation"], Resource: ["*"] }],
    },
    {
      endpoint: "ssmmessages",
      statements: [
        { Sid: "OpenChannels", Effect: "Allow", Action: ["ssmmessages:OpenControlChannel"], Resource: ["*"] },
      ],
    },
    {
      endpoint: "s3",
      statements: [
        {
          Sid: "InstallPackages",
          Effect: "Allow",
          Action: ["s3:GetObject"],
          Resource: [`arn:aws:s3:::al2023-repos-${region}-de612dc2/*`],
        },
      ],
    },
  ],
};

/** The network of the dev stack. */
export const devArgs: PrivateNetworkArgs = {
  region,
  accountId,
  vpcCidr: "10.0.0.0/16",
  subnets: planSubnets({ vpcCidr: "10.0.0.0/16", zones: 1 }),
  availabilityZones: 1,
  services: { hello: { port: 8080, callers: ["client"], fetches: true } },
  endpoints: devNeeds,
};

/** Evaluates a network called `network` and returns its outputs too. */
export function evaluateNetwork(args: PrivateNetworkArgs): Promise<ComponentEvaluation> {
  return evaluateComponent(() => {
    const network = new PrivateNetwork("network", args);
    return {
      vpcId: network.vpcId,
      publicSubnetId: network.publicSubnetId,
      client: network.client,
      containerSubnetIds: network.containerSubnetIds,
      publicRouteTableId: network.publicRouteTableId,
      privateRouteTableIds: network.privateRouteTableIds,
      serviceSecurityGroupIds: network.serviceSecurityGroupIds,
      egressSecurityGroupIds: network.egressSecurityGroupIds,
      s3PrefixListId: network.s3PrefixListId,
      interfaceEndpointCount: network.interfaceEndpointCount,
    };
  });
}

/** What a resource is called in these tests, such as `Subnet network-public`. */
export const label = ({ type, name }: { readonly type: string; readonly name: string }) =>
  `${type.split(":").at(-1)} ${name}`;

/** The value with every id replaced by the label of its resource, and policies as the objects their JSON stands for. */
export function withLabels(evaluation: ComponentEvaluation, value: unknown): unknown {
  const labels = new Map<unknown, string>();
  for (const resource of evaluation.resources.filter(({ custom }) => custom)) {
    labels.set(resource.id, label(resource));
  }
  for (const endpoint of evaluation.ofType("aws:ec2/vpcEndpoint:VpcEndpoint")) {
    labels.set(endpoint.outputs.prefixListId, `prefix list of ${label(endpoint)}`);
  }
  return JSON.parse(JSON.stringify(value), (key, item) =>
    key === "policy" ? JSON.parse(item) : (labels.get(item) ?? item),
  );
}

/** The whole inputs of every resource but the component itself, by their labels. */
export function describeNetwork(evaluation: ComponentEvaluation): Record<string, unknown> {
  const children = evaluation.resources.filter(({ custom }) => custom);
  const described = Object.fromEntries(children.map((child) => [label(child), withLabels(evaluation, child.inputs)]));
  assert.equal(Object.keys(described).length, children.length, "two resources of one type and name");
  return described;
}
