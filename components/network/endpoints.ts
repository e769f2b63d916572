import type * as pulumi from "@pulumi/pulumi";
import type { PolicyStatement } from "../iam";

/** The interface endpoints this project knows, by the name AWS gives their service within a region. */
export const interfaceEndpoints = ["ecr.api", "ecr.dkr", "logs", "xray", "ssm", "ssmmessages", "ec2messages"] as const;
/** The gateway endpoints this project knows: routes in a route table, free of charge. */
export const gatewayEndpoints = ["s3", "dynamodb"] as const;

export type InterfaceEndpoint = (typeof interfaceEndpoints)[number];
export type GatewayEndpoint = (typeof gatewayEndpoints)[number];

/**
 * What somebody in the VPC wants to do through an endpoint: the endpoint is made when asked for, its policy allows just
 * this.
 */
export interface EndpointNeed {
  readonly endpoint: InterfaceEndpoint | GatewayEndpoint;
  /** Statements of the endpoint's policy; the needs of one endpoint are joined. */
  readonly statements: readonly PolicyStatement[];
}

/** The needs of everybody in the VPC. */
export interface EndpointNeeds {
  /** What the containers do through endpoints, all services and their collector together. */
  readonly containers: readonly EndpointNeed[];
  /** What the load client does through endpoints; nothing where there is none. */
  readonly client: readonly EndpointNeed[];
}

/** Who uses an endpoint. */
export interface EndpointUsers {
  readonly containers: boolean;
  readonly client: boolean;
}

interface PlannedEndpointOf<Kind extends string, Name extends string> {
  readonly kind: Kind;
  readonly endpoint: Name;
  readonly usedBy: EndpointUsers;
  /** What the endpoint's policy allows, to anybody. */
  readonly statements: readonly PolicyStatement[];
}

/** One endpoint to be made. */
export type PlannedEndpoint =
  | PlannedEndpointOf<"interface", InterfaceEndpoint>
  | PlannedEndpointOf<"gateway", GatewayEndpoint>;

/**
 * Joins the needs of the containers and of the client into the endpoints to be made, in a fixed order, so that a policy
 * does not change because somebody asks first. Statements which allow the same are joined, and Sids made unique, as IAM
 * demands (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html).
 * Throws when nobody says what an endpoint is for, because its policy would allow nothing.
 */
export function mergeEndpointNeeds(
  containers: readonly EndpointNeed[],
  client: readonly EndpointNeed[],
): PlannedEndpoint[] {
  const planned = <Kind extends string, Name extends EndpointNeed["endpoint"]>(
    kind: Kind,
    endpoint: Name,
  ): PlannedEndpointOf<Kind, Name>[] => {
    const isIt = (need: EndpointNeed): boolean => need.endpoint === endpoint;
    const needs = [...containers, ...client].filter(isIt);
    if (needs.length === 0) {
      return [];
    }
    const statements = joinStatements(needs.flatMap((need) => need.statements));
    if (statements.length === 0) {
      throw new Error(`endpoint "${endpoint}" is needed without any statement; say what is done through it`);
    }
    return [{ kind, endpoint, usedBy: { containers: containers.some(isIt), client: client.some(isIt) }, statements }];
  };
  return [
    ...interfaceEndpoints.flatMap((endpoint) => planned("interface", endpoint)),
    ...gatewayEndpoints.flatMap((endpoint) => planned("gateway", endpoint)),
  ];
}

/**
 * The statements of an endpoint's policy: each allowed to everybody of this account and to nobody else, so that the
 * endpoint cannot carry data to somebody else's account with somebody else's keys. Not so for S3: ECR's layers and
 * Amazon Linux's packages are fetched by signed or anonymous requests that do not come from this account
 * (https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html).
 */
export function endpointPolicy(planned: PlannedEndpoint, accountId: pulumi.Input<string>): PolicyStatement[] {
  return planned.statements.map((statement) => ({
    ...statement,
    Principal: "*",
    ...(planned.endpoint === "s3" ? {} : { Condition: withinAccount(statement.Condition, accountId) }),
  }));
}

function withinAccount(condition: PolicyStatement["Condition"], accountId: pulumi.Input<string>) {
  return { ...condition, StringEquals: { ...condition?.StringEquals, "aws:PrincipalAccount": accountId } };
}

/** The name of an endpoint's service, such as `com.amazonaws.eu-central-1.ecr.api`. */
export const endpointServiceName = (region: string, endpoint: EndpointNeed["endpoint"]): string =>
  `com.amazonaws.${region}.${endpoint}`;

function joinStatements(statements: readonly PolicyStatement[]): PolicyStatement[] {
  const joined: PolicyStatement[] = [];
  for (const statement of statements) {
    if (!joined.some((earlier) => allowsTheSame(earlier, statement))) {
      joined.push({ ...statement, Sid: uniqueSid(statement.Sid, joined) });
    }
  }
  return joined;
}

function uniqueSid(wanted: string, taken: readonly PolicyStatement[]): string {
  const isTaken = (sid: string): boolean => taken.some(({ Sid }) => Sid === sid);
  let sid = wanted;
  for (let number = 2; isTaken(sid); number++) {
    sid = `${wanted}${number}`;
  }
  return sid;
}

const allowsTheSame = (one: PolicyStatement, other: PolicyStatement): boolean =>
  isSame({ ...one, Sid: "" }, { ...other, Sid: "" });

/**
 * Deep equality of plain values. What is not known yet, an output or a promise, equals only itself: node's own deep
 * comparison sees no difference between two promises.
 */
function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (isPlain(one) && isPlain(other)) {
    const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
    return [...keys].every((key) => isSame(one[key], other[key]));
  }
  return one === other;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
