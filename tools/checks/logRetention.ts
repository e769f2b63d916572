import { logRetentionDays } from "../../components/containers/logs";
import { ofType } from "../evaluation/evaluation";
import { type Check, finding, show } from "./check";

/** Log groups keep their events for a time that CloudWatch Logs offers; without one it keeps them always. */
export const checkLogRetention: Check = (evaluation) =>
  ofType(evaluation, "aws:cloudwatch/logGroup:LogGroup").flatMap((group) => {
    const days = group.inputs.retentionInDays;
    return typeof days === "number" && logRetentionDays.includes(days)
      ? []
      : [finding(group, "retentionInDays", `${show(days)} is not a retention time`, logRetentionDays.join(", "))];
  });
