import { describeInstanceType } from "../../components/client/instanceType";
import { ofType } from "../evaluation/evaluation";
import { asRecord, type Check, finding } from "./check";

/**
 * How a burstable instance pays for its CPU is written down: left out, T3 and T4g are `unlimited`, which bills what
 * they use above their baseline
 * (https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/burstable-performance-instances-how-to.html).
 */
export const checkCpuCredits: Check = (evaluation) =>
  ofType(evaluation, "aws:ec2/instance:Instance")
    .filter(({ inputs }) => describeInstanceType(String(inputs.instanceType)).isBurstable)
    .filter(({ inputs }) => asRecord(inputs.creditSpecification).cpuCredits === undefined)
    .map((instance) =>
      finding(
        instance,
        "creditSpecification.cpuCredits",
        `is not set, so AWS bills ${String(instance.inputs.instanceType)} without limit`,
        "standard, or unlimited where that is meant",
      ),
    );
