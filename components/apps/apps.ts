import type { Collector } from "../collectors/collector";
import { untraced } from "../collectors/untraced";
import type { EnvironmentVariable } from "../containers/containerDefinition";
import { physicalName } from "../names";
import type { GatewayEndpoint } from "../network/endpoints";
import type { NetworkService } from "../network/securityGroups";

/** What of the configuration the services of an app are told. */
export interface AppSettings {
  /** Offset from UTC of the dates and times shown, such as `+09:00`. */
  readonly timeZone: string;
  /** Whether every service logs a line for every request. */
  readonly accessLog: "off" | "on";
}

/** A service of an app: one Fargate service, with roles, logs and a security group of its own. */
export interface AppService {
  /** Its workspace below `app/`, its container and its name in DNS. */
  readonly name: string;
  /**
   * Who calls it: other services of the app, or `client`, where the stack has one. Each of them finds it by
   * `<NAME>_URL` in its environment.
   */
  readonly callers: readonly string[];
  /** Whether a collector runs beside it. */
  readonly traced: boolean;
  /** Whether it writes to the app's table, which it finds by `TABLE_NAME` in its environment. @default false */
  readonly usesTable?: boolean;
  /** What its environment holds besides. @default nothing */
  readonly environment?: (settings: AppSettings) => readonly EnvironmentVariable[];
}

const timeZone = (settings: AppSettings) => [{ name: "TIME_ZONE", value: settings.timeZone }];

/** The names of the apps in the configuration, the first being the usual choice. */
export const appNames = ["hello", "chain"] as const;

/** The apps a stack can choose from, each a list of services. */
export const apps: Readonly<Record<(typeof appNames)[number], readonly AppService[]>> = {
  hello: [{ name: "hello", callers: ["client"], traced: true }],
  chain: [
    { name: "frontend", callers: ["client"], traced: false, environment: timeZone },
    { name: "bff", callers: ["client", "frontend"], traced: true },
    { name: "date", callers: ["bff"], traced: true, usesTable: true, environment: timeZone },
    { name: "time", callers: ["bff"], traced: true, usesTable: true, environment: timeZone },
  ],
};

/** What sets a stack apart from others in the account. */
export interface StackName {
  readonly project: string;
  readonly stack: string;
}

/**
 * Name of a service's log group, which the policy of the `logs` endpoint names before it exists. It holds project and
 * stack as they are: whatever Pulumi lets these be called may stand in it, in either case
 * (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html).
 */
export const logGroupName = ({ project, stack }: StackName, { name }: AppService): string =>
  `/${project}/${stack}/${name}`;

/** Name of a service in its traces, and of its task definition's family: both are unique in account and region. */
export const tracingName = ({ project, stack }: StackName, { name }: AppService): string =>
  physicalName([project, stack, name], 64);

/** The name which each traced service has in its traces. */
export const tracingNames = (stack: StackName, services: readonly AppService[]): Record<string, string> =>
  Object.fromEntries(
    services.filter(({ traced }) => traced).map((service) => [service.name, tracingName(stack, service)]),
  );

/** The stack's collector, or none for a service that is not traced. */
export const collectorFor = (service: AppService, collector: Collector): Collector =>
  service.traced ? collector : untraced;

/**
 * Who may call whom, and what leads out of the VPC beside the endpoints: security groups along these edges, and nothing
 * else. Without a load client nobody calls the services which only it would call.
 *
 * @param settings TCP port every service listens on, whether there is a load client, and which services pull an image
 * from a public registry
 */
export function networkServices(
  services: readonly AppService[],
  collector: Collector,
  settings: { readonly appPort: number; readonly client: "load" | "none"; readonly fetchedBy: readonly string[] },
): Record<string, NetworkService> {
  const { appPort: port, client, fetchedBy } = settings;
  return Object.fromEntries(
    services.map((service) => {
      const gateways: GatewayEndpoint[] = service.usesTable ? ["s3", "dynamodb"] : ["s3"];
      const { egress } = collectorFor(service, collector);
      const callers = service.callers.filter((caller) => caller !== "client" || client === "load");
      return [service.name, { port, callers, gateways, egress, fetches: fetchedBy.includes(service.name) }];
    }),
  );
}

/**
 * The services which the client asks: the first it calls, where a person looks, and the first traced one, which gets
 * the load.
 */
export function entryServices(services: readonly AppService[]): { page: AppService; load: AppService } {
  const called = services.filter(({ callers }) => callers.includes("client"));
  const [page] = called;
  const load = called.find(({ traced }) => traced);
  if (page === undefined || load === undefined) {
    throw new Error("an app needs a traced service that is called by `client`");
  }
  return { page, load };
}

/** Where a service finds those it calls. */
export function calleeUrls(
  { name }: AppService,
  services: readonly AppService[],
  urlOf: (service: string) => string,
): EnvironmentVariable[] {
  return services
    .filter(({ callers }) => callers.includes(name))
    .map((callee) => ({ name: `${callee.name.toUpperCase().replaceAll("-", "_")}_URL`, value: urlOf(callee.name) }));
}
