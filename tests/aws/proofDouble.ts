import { AwsAnswerError, type JsonCall, JsonProtocolDouble } from "./jsonProtocolDouble";

export { AwsAnswerError };

/** What a call is answered; throw an {@link AwsAnswerError} for an error. */
export type ProofAnswer = (input: JsonCall["input"]) => object;

/** Targets and parameters of the calls which the program may make; anything else is refused. */
const operations = {
  "AmazonEC2ContainerRegistry_V20150921.BatchGetImage": ["repositoryName", "imageIds", "acceptedMediaTypes"],
  "AmazonEC2ContainerRegistry_V20150921.BatchCheckLayerAvailability": ["repositoryName", "layerDigests"],
  "AmazonEC2ContainerServiceV20141113.RunTask": [
    "clientToken",
    "cluster",
    "taskDefinition",
    "launchType",
    "platformVersion",
    "count",
    "startedBy",
    "propagateTags",
    "networkConfiguration",
    "overrides",
  ],
  "AmazonEC2ContainerServiceV20141113.DescribeTasks": ["cluster", "tasks"],
  "AmazonEC2ContainerServiceV20141113.DescribeServices": ["cluster", "services"],
  "AmazonEC2ContainerServiceV20141113.ListTasks": ["cluster", "serviceName", "desiredStatus"],
  "AmazonEC2ContainerServiceV20141113.StopTask": ["cluster", "task", "reason"],
  "Logs_20140328.GetLogEvents": ["logGroupName", "logStreamName", "startFromHead", "limit"],
};

/** ECS, ECR and CloudWatch Logs as far as the proof and the wait for a deployment call them. */
export class ProofDouble extends JsonProtocolDouble {
  /** The answers by operation, to be set by the test. */
  answers: Record<string, ProofAnswer> = {};

  static start(): Promise<ProofDouble> {
    return new ProofDouble(operations).listen();
  }

  /** The environment in which the SDK calls this instead of AWS. */
  get environment(): Record<string, string> {
    return { AWS_ENDPOINT_URL: this.url, AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "test" };
  }

  /** The inputs of the calls of one operation, in order. */
  inputs(operation: string): JsonCall["input"][] {
    return this.calls.filter((call) => call.operation === operation).map(({ input }) => input);
  }

  protected answer({ operation, input }: JsonCall): object {
    const answer = this.answers[operation];
    if (answer === undefined) {
      throw new Error(`the test has no answer to ${operation}`);
    }
    return answer(input);
  }
}
