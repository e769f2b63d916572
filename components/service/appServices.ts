import * as pulumi from "@pulumi/pulumi";
import {
  type AppService,
  type AppSettings,
  calleeUrls,
  collectorFor,
  logGroupName,
  type StackName,
  tracingName,
} from "../apps/apps";
import { logEndpoint } from "../containers/logs";
import type { ServiceImages } from "../images/stackImages";
import type { EndpointNeed } from "../network/endpoints";
import type { PrivateNetwork } from "../network/privateNetwork";
import type { LastAccessTable } from "../table/lastAccessTable";
import { TracedService, type TracedServiceArgs } from "./tracedService";

/** The endpoint to which the logs of all the services go, for their log groups only. */
export function appLogEndpoint(
  services: readonly AppService[],
  stack: StackName & { readonly region: string },
  accountId: pulumi.Input<string>,
): EndpointNeed {
  const arn = (name: string) => pulumi.interpolate`arn:aws:logs:${stack.region}:${accountId}:log-group:${name}`;
  return logEndpoint(services.map((service) => arn(logGroupName(stack, service))));
}

/** What is the same for all services of an app; the rest follows from what each says of itself. */
export interface AppServicesArgs
  extends StackName,
    AppSettings,
    Omit<TracedServiceArgs, keyof ServiceImages | (typeof own)[number]> {
  readonly images: { of(service: string): ServiceImages };
  readonly network: Pick<PrivateNetwork, "containerSubnetIds" | "serviceSecurityGroupId">;
  /** The table of the services that use one. @default none uses one */
  readonly table?: LastAccessTable;
}

const own = [
  "subnetIds",
  "securityGroupId",
  "environment",
  "taskRoleStatements",
  "logGroupName",
  "tracingName",
] as const;

/** Makes the services of an app, and returns them in the app's order. */
export function makeServices(services: readonly AppService[], args: AppServicesArgs): TracedService[] {
  const { images, network, cluster, table, appPort } = args;
  return services.map((service) => {
    const users = table !== undefined && service.usesTable ? [table] : [];
    return new TracedService(service.name, {
      ...args,
      ...images.of(service.name),
      collector: collectorFor(service, args.collector),
      subnetIds: network.containerSubnetIds,
      securityGroupId: network.serviceSecurityGroupId(service.name),
      environment: [
        ...calleeUrls(service, services, (callee) => cluster.urlOf(callee, appPort)),
        ...(service.environment?.(args) ?? []),
        ...(args.accessLog === "on" ? [{ name: "ACCESS_LOG", value: "on" }] : []),
        ...users.map(({ environment }) => environment),
      ],
      taskRoleStatements: users.flatMap((used) => used.statementsFor(service.name)),
      logGroupName: logGroupName(args, service),
      tracingName: tracingName(args, service),
    });
  });
}
