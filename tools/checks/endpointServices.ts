import { closest } from "fastest-levenshtein";
import { type Evaluation, ofType, type RecordedResource } from "../evaluation/evaluation";
import { type Check, type Finding, finding, show } from "./check";

/**
 * Services with an endpoint of this kind, from
 * https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html, of those that a stack may
 * have. Kept apart from the program's own list, so that a slip there is found here.
 */
const interfaceServices = ["ec2messages", "ecr.api", "ecr.dkr", "logs", "ssm", "ssmmessages", "xray"];
const gatewayServices = ["dynamodb", "s3"];

/** Endpoints of services which exist, in the stack's region, each once in a VPC. */
export const checkEndpointServices: Check = (evaluation) => {
  const endpoints = ofType(evaluation, "aws:ec2/vpcEndpoint:VpcEndpoint");
  return endpoints.flatMap((endpoint, index) => [
    ...unknownServiceFindings(evaluation, endpoint),
    ...duplicateFindings(endpoint, endpoints.slice(0, index)),
  ]);
};

function unknownServiceFindings({ config }: Evaluation, endpoint: RecordedResource): Finding[] {
  const name = String(endpoint.inputs.serviceName);
  const region = config["aws:region"] ?? "";
  const services = endpoint.inputs.vpcEndpointType === "Interface" ? interfaceServices : gatewayServices;
  const names = services.map((service) => `com.amazonaws.${region}.${service}`);
  return names.includes(name)
    ? []
    : [
        finding(
          endpoint,
          "serviceName",
          `${show(name)} is not among the ${String(endpoint.inputs.vpcEndpointType ?? "Gateway").toLowerCase()} endpoint services`,
          `names such as ${closest(name, names)}`,
        ),
      ];
}

/** AWS refuses a second endpoint with the same private DNS name in a VPC. */
function duplicateFindings(endpoint: RecordedResource, earlier: readonly RecordedResource[]): Finding[] {
  const twin = earlier.find(
    ({ inputs }) => inputs.serviceName === endpoint.inputs.serviceName && inputs.vpcId === endpoint.inputs.vpcId,
  );
  return twin === undefined
    ? []
    : [
        finding(
          endpoint,
          "serviceName",
          `the VPC has this endpoint already: "${twin.name}"`,
          "one endpoint for each service",
        ),
      ];
}
