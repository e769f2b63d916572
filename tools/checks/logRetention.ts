import { logRetentionDays } from "../../components/containers/logRetention";
import { ofType } from "../evaluation/evaluation";
import { type Check, finding, show } from "./check";

/** Log groups keep their events for a time CloudWatch Logs offers, and not for ever. */
export const checkLogRetention: Check = (evaluation) =>
  ofType(evaluation, "aws:cloudwatch/logGroup:LogGroup").flatMap((group) => {
    const days = group.inputs.retentionInDays;
    return typeof days === "number" && logRetentionDays.includes(days)
      ? []
      : [finding(group, "retentionInDays", `${show(days)} is no retention time`, logRetentionDays.join(", "))];
  });
