import { ofType } from "../evaluation/evaluation";
import { type Check, finding } from "./check";

/**
 * Every ECS service has a resource that waits for the deployment of just its task definition: to the provider, a
 * service that was rolled back looks like one that was not (https://github.com/pulumi/pulumi-aws/issues/4487).
 */
export const checkServiceDeployments: Check = (evaluation) => {
  const awaited = ofType(evaluation, "pulumi-nodejs:dynamic/traced-fargate:ServiceDeployment").map(
    ({ inputs }) => inputs,
  );
  const isAwaited = (id: unknown, taskDefinition: unknown) =>
    awaited.some((each) => each.service === id && each.taskDefinition === taskDefinition);
  return ofType(evaluation, "aws:ecs/service:Service")
    .filter(({ id, inputs }) => !isAwaited(id, inputs.taskDefinition))
    .map((service) =>
      finding(
        service,
        "taskDefinition",
        "nothing waits until it runs, so a rollback passes unseen",
        "a ServiceDeployment",
      ),
    );
};
