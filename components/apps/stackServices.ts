import type { Collector } from "../collectors/collector";
import { untraced } from "../collectors/untraced";
import type { EnvironmentVariable } from "../containers/containerDefinition";
import { domainName, physicalName } from "../names";
import type { GatewayEndpoint } from "../network/endpoints";
import type { CallGraph } from "../network/securityGroups";
import type { AppService, AppSettings } from "./apps";

interface StackSettings extends AppSettings {
  readonly project: string;
  readonly stack: string;
  /** TCP port every service listens on. */
  readonly appPort: number;
}

/** A service of the stack's app, with all that follows from its app, its collector and the stack's name. */
export interface StackService {
  /** Its workspace below `app/`, its container and its name in DNS. */
  readonly name: string;
  /** The services that call it; `client` is the load client, where the stack has one. */
  readonly callers: readonly string[];
  readonly traced: boolean;
  readonly usesTable: boolean;
  /** The stack's collector, or none for a service that is not traced. */
  readonly collector: Collector;
  /** TCP port it listens on. */
  readonly port: number;
  /** Its name in the VPC. */
  readonly hostName: string;
  /** Where it is reached in the VPC. */
  readonly url: string;
  /** Its log group, which the policy of the `logs` endpoint names before it exists. */
  readonly logGroupName: string;
  /** Its name in its traces, and that of its task definition's family: both are unique in account and region. */
  readonly tracingName: string;
  /** What its environment holds, beside what its collector adds. */
  readonly environment: readonly EnvironmentVariable[];
}

/** The services of a stack which runs this app and traces it by this collector. */
export function stackServices(
  app: readonly AppService[],
  settings: StackSettings,
  collector: Collector,
): StackService[] {
  const { project, stack } = settings;
  const hostName = ({ name }: AppService) => `${name}.${domainName(project, stack)}`;
  const url = (service: AppService) => `http://${hostName(service)}:${settings.appPort}`;
  return app.map((service) => ({
    name: service.name,
    callers: service.callers,
    traced: service.traced,
    usesTable: service.usesTable ?? false,
    collector: service.traced ? collector : untraced,
    port: settings.appPort,
    hostName: hostName(service),
    url: url(service),
    // Project and stack as they are: whatever Pulumi lets these be called may stand in it, in either case
    // (https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html).
    logGroupName: `/${project}/${stack}/${service.name}`,
    tracingName: physicalName([project, stack, service.name], 64),
    environment: [
      ...app
        .filter(({ callers }) => callers.includes(service.name))
        .map((callee) => ({ name: `${callee.name.toUpperCase().replaceAll("-", "_")}_URL`, value: url(callee) })),
      ...(service.environment?.(settings) ?? []),
      ...(settings.accessLog === "on" ? [{ name: "ACCESS_LOG", value: "on" }] : []),
      ...(settings.metrics ? [{ name: "METRICS_NAMESPACE", value: project }] : []),
    ],
  }));
}

/**
 * Who may call whom, and what leads out of the VPC beside the endpoints: security groups along these edges, and nothing
 * else. Without a load client nobody calls the services which only it would call.
 *
 * @param settings whether there is a load client, and which services pull an image from a public registry
 */
export function networkServices(
  services: readonly StackService[],
  settings: { readonly hasClient: boolean; readonly fetchedBy: readonly string[] },
): CallGraph {
  const { hasClient, fetchedBy } = settings;
  return Object.fromEntries(
    services.map(({ name, port, usesTable, collector: { egress }, ...service }) => {
      const gateways: GatewayEndpoint[] = usesTable ? ["s3", "dynamodb"] : ["s3"];
      const callers = service.callers.filter((caller) => caller !== "client" || hasClient);
      return [name, { port, callers, gateways, egress, fetches: fetchedBy.includes(name) }];
    }),
  );
}

/**
 * The services which the client asks: the first it calls, where a person looks, and the first traced one, which gets
 * the load.
 */
export function entryServices(services: readonly StackService[]): { page: StackService; load: StackService } {
  const called = services.filter(({ callers }) => callers.includes("client"));
  const [page] = called;
  const load = called.find(({ traced }) => traced);
  if (page === undefined || load === undefined) {
    throw new Error("an app needs a traced service that is called by `client`");
  }
  return { page, load };
}
