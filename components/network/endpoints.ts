import type { PolicyStatement } from "../iam";

/** The interface endpoints a stack may have, by the name AWS gives their service within a region. */
const interfaceEndpoints = ["ecr.api", "ecr.dkr", "logs", "xray", "ssm", "ssmmessages", "ec2messages"] as const;
/** The gateway endpoints a stack may have: routes in a route table, free of charge. */
export const gatewayEndpoints = ["s3", "dynamodb"] as const;

export type GatewayEndpoint = (typeof gatewayEndpoints)[number];
type Endpoint = (typeof interfaceEndpoints)[number] | GatewayEndpoint;

export const isGateway = (endpoint: Endpoint): endpoint is GatewayEndpoint =>
  gatewayEndpoints.some((gateway) => gateway === endpoint);

/**
 * What somebody in the VPC wants to do through an endpoint: the endpoint is made when asked for, its policy allows just
 * this.
 */
export interface EndpointNeed {
  readonly endpoint: Endpoint;
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

/** One endpoint to be made. */
export interface PlannedEndpoint {
  readonly endpoint: Endpoint;
  readonly usedBy: readonly (keyof EndpointNeeds)[];
  /** What the endpoint's policy allows, to anybody. */
  readonly statements: readonly PolicyStatement[];
}

/**
 * Joins the needs of the containers and of the client into the endpoints to be made, in a fixed order, so that a policy
 * does not change because somebody asks first.
 *
 * @throws when nobody says what an endpoint is for, because its policy would allow nothing, and when two statements of a
 * policy have the same Sid, which IAM refuses
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html)
 */
export function mergeEndpointNeeds(needs: EndpointNeeds): PlannedEndpoint[] {
  return [...interfaceEndpoints, ...gatewayEndpoints].flatMap((endpoint) => {
    const ofUser = (user: keyof EndpointNeeds) => needs[user].filter((need) => need.endpoint === endpoint);
    const usedBy = (["containers", "client"] as const).filter((user) => ofUser(user).length > 0);
    const statements = usedBy.flatMap(ofUser).flatMap((need) => need.statements);
    const sids = statements.map(({ Sid }) => Sid);
    const repeated = sids.find((sid, index) => sids.indexOf(sid) !== index);
    if (usedBy.length > 0 && statements.length === 0) {
      throw new Error(`endpoint "${endpoint}" is needed without any statement; say what is done through it`);
    }
    if (repeated !== undefined) {
      throw new Error(`endpoint "${endpoint}" is needed for two statements with the Sid "${repeated}"; rename one`);
    }
    return usedBy.length === 0 ? [] : [{ endpoint, usedBy, statements }];
  });
}
