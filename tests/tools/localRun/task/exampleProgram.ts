import type { EvaluatedProgram, TaskContainer } from "../../../../tools/localRun/task/evaluatedTasks";
import { daemonContainer, helloContainer } from "./exampleContainers";

/** Reference of the app's image in the example. */
export const appImage = "123456789012.dkr.ecr.eu-central-1.amazonaws.com/hello@sha256:0123";

/** Reference of the daemon's image in the example, filled by a pull-through cache. */
export const daemonImage =
  "123456789012.dkr.ecr.eu-central-1.amazonaws.com/traced-fargate-dev/xray/aws-xray-daemon:3.6.7";

/** An app beside the X-Ray daemon, as in the dev stack. */
export function exampleContainers(): [app: TaskContainer, daemon: TaskContainer] {
  return [helloContainer("dev", appImage), daemonContainer("dev", "hello", daemonImage)];
}

/** What a local run reads of the evaluation of a stack like dev. */
export function exampleProgram(containers: readonly TaskContainer[] = exampleContainers()): EvaluatedProgram {
  return {
    resources: [
      {
        type: "awsx:ecr:Image",
        name: "hello",
        inputs: { context: ".", dockerfile: "./app/Dockerfile", target: "service", args: { SERVICE: "hello" } },
        outputs: { imageUri: appImage },
      },
      {
        type: "aws:ecr/pullThroughCacheRule:PullThroughCacheRule",
        name: "xray-daemon",
        inputs: { ecrRepositoryPrefix: "traced-fargate-dev", upstreamRegistryUrl: "public.ecr.aws" },
        outputs: {},
      },
      {
        type: "aws:xray/samplingRule:SamplingRule",
        name: "health",
        inputs: {
          ruleName: "health",
          priority: 1,
          reservoirSize: 0,
          fixedRate: 0,
          serviceName: "*",
          serviceType: "*",
          host: "*",
          httpMethod: "GET",
          urlPath: "/health",
          resourceArn: "*",
          version: 1,
        },
        outputs: { ruleName: "health", arn: "arn:aws:xray:eu-central-1:123456789012:sampling-rule/health" },
      },
      {
        type: "aws:ecs/taskDefinition:TaskDefinition",
        name: "hello",
        inputs: { family: "traced-fargate-dev-hello", containerDefinitions: JSON.stringify(containers) },
        outputs: {},
      },
    ],
  };
}
