import type { PolicyStatement } from "../iam";

/** The interface endpoints this project knows, by the name AWS gives their service within a region. */
export const interfaceEndpoints = ["ecr.api", "ecr.dkr", "logs", "xray", "ssm", "ssmmessages", "ec2messages"] as const;
/** The gateway endpoints this project knows: routes in a route table, free of charge. */
export const gatewayEndpoints = ["s3", "dynamodb"] as const;

export type InterfaceEndpoint = (typeof interfaceEndpoints)[number];
export type GatewayEndpoint = (typeof gatewayEndpoints)[number];

/** What somebody in the VPC wants to do through an endpoint: the endpoint is made when asked for, its policy allows just this. */
export interface EndpointNeed {
  readonly endpoint: InterfaceEndpoint | GatewayEndpoint;
  /** Statements of the endpoint's policy; the needs of one endpoint are joined. */
  readonly statements: readonly PolicyStatement[];
}
