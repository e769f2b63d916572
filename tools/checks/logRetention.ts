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
  // CloudWatch Logs decides how long this class keeps what it delivers elsewhere:
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CloudWatch_Logs_Log_Classes.html
  const isDelivery = inputs.logGroupClass === "DELIVERY";
  const isKept = typeof days === "number" && logRetentionDays.includes(days);
  return type !== "aws:cloudwatch/logGroup:LogGroup" || isDelivery || isKept
    ? []
    : [finding(resource, "retentionInDays", `${show(days)} is not a retention time`, logRetentionDays.join(", "))];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html */
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
