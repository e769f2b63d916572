import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { apps } from "./components/apps/apps";
import { entryServices, networkServices, stackServices } from "./components/apps/stackServices";
import { LoadClient } from "./components/client/loadClient";
import { loadClientEndpoints } from "./components/client/permissions";
import { collectors } from "./components/collectors/collectors";
import { connectivityProof } from "./components/connectivityProof/connectivityProof";
import { logEndpoint, setLogGroupDefaults } from "./components/containers/logs";
import { monthlyCost as costOf } from "./components/cost";
import { setRoleDefaults } from "./components/iam";
import { StackImages } from "./components/images/stackImages";
import { domainName, physicalName } from "./components/names";
import { DnsFirewall } from "./components/network/dnsFirewall";
import { PrivateNetwork } from "./components/network/privateNetwork";
import { DnsQueryLogs } from "./components/operations/dnsQueryLogs";
import { FlowLogs } from "./components/operations/flowLogs";
import { Operations } from "./components/operations/operations";
import { ServiceCluster } from "./components/service/serviceCluster";
import { TracedService } from "./components/service/tracedService";
import { leaseTags, tagResources } from "./components/stackTags";
import { LastAccessTable } from "./components/table/lastAccessTable";
import { TemporaryNatGateway } from "./components/temporaryNatGateway";
import { TraceRules } from "./components/tracing/traceRules";
import { loadConfig } from "./config";
import { settingWarnings } from "./config/rules";

const config = loadConfig();
setRoleDefaults(config.roles);
setLogGroupDefaults(config.logs);
tagResources();
const { project, stack } = config;
const accountId = aws.getCallerIdentityOutput().accountId;
/** Where AWS is called, and as whom. */
const location = { ...config.location, accountId };
const { region } = location;
const collector = collectors[config.collector.kind](config.collector);
const services = stackServices(apps[config.app.kind], { project, stack, ...config.app }, collector);
const cachePrefix = physicalName([project, stack], 30);
const images = new StackImages("images", { ...config.images, region, context: __dirname, services, cachePrefix });
const table = services.some(({ usesTable }) => usesTable) ? new LastAccessTable("table") : undefined;
const endpoints = {
  containers: [
    ...images.endpoints,
    logEndpoint(region, accountId, services),
    ...collector.endpoints,
    ...(table?.endpoints ?? []),
  ],
  client: config.client === undefined ? [] : loadClientEndpoints(region, config.client),
};
const network = new PrivateNetwork("network", {
  ...config.network,
  region,
  accountId,
  services: networkServices(services, { hasClient: config.client !== undefined, fetchedBy: images.fetchedBy }),
  endpoints,
});
const domain = domainName(project, stack);
const cluster = new ServiceCluster("cluster", { ...config.cluster, vpcId: network.vpcId, domain });
const lookups = { region, accountId, endpoints, hosts: [`*.${domain}`, ...(collector.hosts ?? [])] };
const firewall = config.dnsFirewall ? [new DnsFirewall("dns-firewall", { ...lookups, vpcId: network.vpcId })] : [];
const logs = { region, accountId, vpcId: network.vpcId, prefix: `${project}/${stack}` };
const { flowLogs: trafficType } = config;
if (trafficType) new FlowLogs("flow-logs", { ...logs, trafficType, cluster, vpcCidr: config.network.vpcCidr });
if (config.dnsQueryLogs) new DnsQueryLogs("dns-query-logs", { ...logs, domain });

// Opened after everything that needs no internet access, so that the NAT gateway exists no longer than it must.
const lease = { ...config.egress, ...leaseTags(config.egress?.tags), ...location, network, reopenWhen: images.fetched };
const egress = config.egress && new TemporaryNatGateway("egress", lease, { dependsOn: [images, network, cluster] });
const startAfter = [network, ...firewall, ...(egress === undefined ? [] : [egress.open])];
const common = { ...location, startAfter };
const task = { ...common, ...config.task, cluster, subnetIds: network.containerSubnetIds };
const running = services.map((service) => {
  const securityGroupId = network.serviceSecurityGroupId(service.name);
  const uses = { images: images.of(service.name), table: service.usesTable ? table : undefined };
  return new TracedService(service.name, { ...task, service, securityGroupId, ...uses });
});
const client = network.client && new LoadClient("client", { ...common, ...config.client, ...network.client });
for (const warning of settingWarnings(config)) pulumi.log.warn(warning);
// One probe for each traced service, because each has its own task role. An untraced one has no collector to ask.
const probes = running.flatMap(({ connectivityProbe }) => connectivityProbe ?? []);
const proof = config.connectivityProof ? connectivityProof(probes) : undefined;
// The release does not wait until the client is ready: the client cannot reach the NAT gateway, so it boots without.
const release = egress?.releaseAfter([...running, ...(client === undefined ? [] : [client.instance])], { proof });
new TraceRules("tracing", { services: services.filter(({ traced }) => traced), scope: [project, stack] });
const watched = { scope: [project, stack] as const, services: running, natGateway: egress, table };
const operations =
  config.operations &&
  new Operations("operations", { ...location, ...config.operations, ...config.egress, ...watched });

const { page, load } = entryServices(services);
/** Where the client reaches the service that gets the load; its name resolves in the VPC only. */
export const serviceUrl = load.url;
/** Id of the load client's EC2 instance; `none` without a client, as are the commands that need one. */
export const clientInstanceId = client?.instanceId ?? "none";
/** The command that opens a shell on the client. */
export const startSession = client?.startSession ?? "none";
/** The command that brings the app, or its page if it has one, to http://localhost:8080 on your own machine. */
export const forwardPort = client?.forwardPort(page.hostName, page.port) ?? "none";
/** The command that sends load to the service, for that shell. */
export const sendLoad = client === undefined ? "none" : `ab -n 100 ${serviceUrl}/`;
/** Where the AWS console shows the traces as a map of services. */
export const traceMap = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#xray:service-map/map`;
/** `released` when the NAT gateway is deleted and the VPC has no internet access; `none` with `egress: none`. */
export const natGateway = release?.status ?? "none";
/** What the stack costs while it stands, in US dollars a month; what depends on use is left out. */
export const monthlyCost = costOf({
  interfaceEndpoints: network.interfaceEndpointCount,
  services: services.length,
  task: config.task,
  clientInstanceType: config.client?.instanceType,
  operations: operations?.cost,
  ...config.cluster,
});
/** ARN of the SNS topic which alarms and failed deployments notify; `none` with `alarms: off`. */
export const alarmTopic = operations?.topicArn ?? "none";
/** Where the console shows the dashboard; `none` with `dashboard: off`. */
export const dashboard = operations?.dashboardUrl ?? "none";
/** ARN of the ECS cluster, which names region and account. */
export const clusterArn = cluster.clusterArn;
/** Each service: its ECS service, its address in the VPC, its log group, and whether the client may call it. */
export const ecsServices = running.map(({ summary }) => summary);
// Pulumi sorts outputs by name, so these three come last: what to type next.
/** The command that sends load to the service from your own machine; `none` without a client. */
export const tryLoad = client === undefined ? "none" : `npm run load -- --stack ${stack}`;
/** The command that says whether the stack is healthy, and what is left that costs. */
export const tryStatus = `npm run status -- --stack ${stack}`;
/** The command that shows the traces. */
export const tryTraces = `npm run traces -- --stack ${stack}`;
