import { apps } from "../components/apps/apps";
import { collectors } from "../components/collectors/collectors";
import { logEndpoint } from "../components/containers/logs";
import { pullEndpoints } from "../components/images/pullStatements";
import { blockAround } from "../components/network/addresses";
import { gatewayEndpoints } from "../components/network/endpoints";
import {
  addressesNeeded,
  containersWithRoom,
  type Tenants,
  tasksWithRoom,
  usableAddresses,
} from "../components/network/subnetCapacity";
import type { SubnetPlan } from "../components/network/subnets";
import { counted } from "../components/words";
import type { AcceptedSettings } from "./settings";
import { type ConfigProblem, setCommand } from "./values";

type Config = AcceptedSettings & { readonly region: string; readonly subnets: SubnetPlan };

/** What will have addresses in the container subnets. */
export function tenantsOf(config: Config): Tenants {
  const services = apps[config.app];
  const collector = collectors[config.collector](config);
  const needs = [...pullEndpoints(config.region, []), logEndpoint(config.region, "", []), ...collector.endpoints];
  const gateways: readonly string[] = gatewayEndpoints;
  const interfaces = new Set(needs.map(({ endpoint }) => endpoint).filter((endpoint) => !gateways.includes(endpoint)));
  const proofTasks = config.connectivityProof ? services.filter(({ traced }) => traced).length : 0;
  return {
    services: services.length,
    maxTaskCount: config.maxTaskCount,
    proofTasks,
    interfaceEndpoints: interfaces.size,
  };
}

/** Says when a container subnet has too few addresses for a deployment, and what has enough. */
export function roomProblems(config: Config, prefix: string): ConfigProblem[] {
  const { maxTaskCount, minTaskCount, vpcCidr, subnets } = config;
  const tenants = tenantsOf(config);
  const possible = tasksWithRoom(tenants, subnets);
  if (possible === maxTaskCount) {
    return [];
  }
  const [smallest = ""] = subnets.containers.toSorted((one, other) => usableAddresses(one) - usableAddresses(other));
  const message =
    `${smallest} has ${usableAddresses(smallest)} addresses, but a deployment needs ` +
    `${addressesNeeded(tenants, subnets.containers.length)}: for ${counted(maxTaskCount, "task")} of each of ` +
    `${counted(tenants.services, "service")} and as many new ones, ${counted(tenants.interfaceEndpoints, "endpoint")} ` +
    `and ${counted(tenants.proofTasks, "task")} of the proof`;
  const [setting, instead] = withRoom();
  const key = prefix + setting;
  return [{ key, message: `${message}; ${setCommand(key, instead)}` }];

  function withRoom(): [setting: string, instead: string] {
    if (possible >= minTaskCount) {
      return ["maxTaskCount", String(possible)];
    }
    const containers = containersWithRoom(tenants, vpcCidr, subnets);
    return containers === undefined
      ? ["vpcCidr", blockAround(vpcCidr, 16) ?? ""]
      : ["containerSubnetCidrs", JSON.stringify(containers)];
  }
}
