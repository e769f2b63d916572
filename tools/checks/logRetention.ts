import { logRetentionDays } from "../../components/containers/logs";
import { asRecord, type Check, type DeclaredResource, type Finding, finding, show } from "./check";
import { containerPath, containersOf } from "./taskDefinitions";

/** Log groups keep their events for a time that CloudWatch Logs offers; without one it keeps them always. */
export const checkLogRetention: Check = ({ resources }) => resources.flatMap(findMissingRetention);

/** A log group has a retention time, and ECS makes none, which would have none. */
export function findMissingRetention(resource: DeclaredResource): Finding[] {
  const { type, inputs } = resource;
  if (type === "aws:ecs/taskDefinition:TaskDefinition") return findGroupsMadeByEcs(resource);
  const days = inputs.retentionInDays;
  // A group of this class keeps its events for two days, whatever is said:
  // https://www.pulumi.com/registry/packages/aws/api-docs/cloudwatch/loggroup/
  const isDelivery = inputs.logGroupClass === "DELIVERY";
  if (type !== "aws:cloudwatch/logGroup:LogGroup" || isDelivery || logRetentionDays.some((each) => each === days)) {
    return [];
  }
  // https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
  const wrong = days === undefined || days === 0 ? "has no limit" : `${show(days)} is not a retention time`;
  return [finding(resource, "retentionInDays", wrong, `one of ${logRetentionDays.join(", ")}`)];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LogConfiguration.html */
function findGroupsMadeByEcs(resource: DeclaredResource): Finding[] {
  return containersOf(resource).flatMap((container, index) => {
    const option = "awslogs-create-group";
    const value = asRecord(asRecord(container.logConfiguration).options)[option];
    const path = containerPath(container, index, `logConfiguration.options.${option}`);
    const wrong = `${show(value)} has ECS make a log group that keeps its events always`;
    return String(value) === "true"
      ? [finding(resource, path, wrong, `"false", and an aws.cloudwatch.LogGroup with retentionInDays`)]
      : [];
  });
}
