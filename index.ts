import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { loadClientEndpoints } from "./components/client/access";
import { LoadClient } from "./components/client/loadClient";
import { userData } from "./components/client/userData";
import { connectivityProof } from "./components/connectivityProof/connectivityProof";
import { monthlyCost as costOf } from "./components/cost";
import { StackImages } from "./components/images/stackImages";
import { physicalName } from "./components/names";
import { PrivateNetwork } from "./components/network/privateNetwork";
import { collectors } from "./components/service/collectors/collectors";
import { logEndpoint } from "./components/service/logs";
import { ServiceCluster } from "./components/service/serviceCluster";
import { TracedService } from "./components/service/tracedService";
import { TemporaryNatGateway } from "./components/temporaryNatGateway/temporaryNatGateway";
import { TraceRules } from "./components/tracing/traceRules";
import { loadConfig } from "./config";

const config = loadConfig();
const { app, project, stack, region } = config;
const accountId = aws.getCallerIdentityOutput().accountId;
const logGroupName = `/${project}/${stack}/${app}`;
const tracingName = physicalName([project, stack, app], 64);
const clientAccess = { ec2messages: config.ec2messagesEndpoint };

const collector = collectors[config.collector](config);
const images = new StackImages("images", {
  ...config,
  context: __dirname,
  collector: collector.image,
  cachePrefix: physicalName([project, stack], 30),
});
const network = new PrivateNetwork("network", {
  ...config,
  accountId,
  services: { [app]: { port: config.appPort, callers: ["client"] } },
  endpoints: {
    containers: [
      ...images.endpoints,
      logEndpoint(pulumi.interpolate`arn:aws:logs:${region}:${accountId}:log-group:${logGroupName}`),
      ...collector.endpoints,
    ],
    client: loadClientEndpoints(region, clientAccess),
  },
});
const domain = `${physicalName([stack], 40)}.${project}.internal`;
const cluster = new ServiceCluster("cluster", { vpcId: network.vpcId, domain });

// Opened after all that needs no way out, so that the NAT gateway lives no longer than it must.
const reopenWhen = { collectorImage: images.collector, userData: userData(region) };
const leaseArgs = { ...config, accountId, network, reopenWhen, deadlineMinutes: config.natGatewayDeadlineMinutes };
const egress =
  config.egress === "temporary-nat-gateway"
    ? new TemporaryNatGateway("egress", leaseArgs, { dependsOn: [images, network, cluster] })
    : undefined;
const startAfter = [network, ...(egress === undefined ? [] : [egress.open])];

const service = new TracedService(app, {
  ...config,
  accountId,
  cluster,
  subnetIds: network.containerSubnetIds,
  securityGroupId: network.serviceSecurityGroupId(app),
  appImage: images.app,
  collector,
  collectorImage: images.collector,
  pullStatements: images.pullStatements,
  cachedImages: images.cachedImages,
  logGroupName,
  tracingName,
  startAfter,
});
const client = new LoadClient("client", {
  ...config,
  ...clientAccess,
  accountId,
  subnetId: network.clientSubnetId,
  securityGroupId: network.clientSecurityGroupId,
  instanceType: config.clientInstanceType,
  startAfter,
});
if (!config.connectivityProof) {
  pulumi.log.warn("connectivityProof is off: the NAT gateway is removed without proof that nothing needs it.");
}
const proof = config.connectivityProof ? connectivityProof([service.connectivityProbe]) : undefined;
const release = egress?.releaseAfter([service, client], { proof });
new TraceRules("tracing", { tracingName, scope: [project, stack] });

/** Where the client reaches the service; the name resolves in the VPC only. */
export const serviceUrl = service.url;
export const clientInstanceId = client.instanceId;
/** Opens a shell on the client. */
export const startSession = pulumi.interpolate`aws ssm start-session --region ${region} --target ${clientInstanceId}`;
/** Sends load to the service, in that shell. */
export const sendLoad = `ab -n 100 ${serviceUrl}/`;
export const traceMap = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}#xray:service-map/map`;
/** `released` once the VPC has no way out any more. */
export const natGateway = release?.status ?? "none";
/** What stays costs, in US dollars a month. */
export const monthlyCost = costOf({ ...config, interfaceEndpoints: network.interfaceEndpointCount });
