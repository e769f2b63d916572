import assert from "node:assert/strict";
import { asRecord } from "../../tools/checks/check";
import type { ComponentEvaluation } from "../pulumi/evaluateComponent";
import { alarmType, operatedChain } from "./operated";

/** Whether an event fits a pattern: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html */
function fits(pattern: unknown, event: unknown): boolean {
  if (Array.isArray(pattern)) return [event].flat().some((value) => pattern.includes(value));
  const fields = asRecord(event);
  return Object.entries(asRecord(pattern)).every(([key, part]) => key in fields && fits(part, fields[key]));
}

/**
 * AWS's example of a failed deployment
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html).
 */
const failed = (service: string) => ({
  version: "0",
  id: "ddca6449-b258-46c0-8653-e0e3aEXAMPLE",
  "detail-type": "ECS Deployment State Change",
  source: "aws.ecs",
  account: "111122223333",
  time: "2020-05-23T12:31:14Z",
  region: "us-west-2",
  resources: [service],
  detail: {
    eventType: "ERROR",
    eventName: "SERVICE_DEPLOYMENT_FAILED",
    deploymentId: "ecs-svc/123",
    updatedAt: "2020-05-23T11:11:11Z",
    reason: "ECS deployment circuit breaker: task failed to start.",
  },
});

describe("the notifications of a stack", () => {
  let graph: ComponentEvaluation;
  before(async () => {
    graph = await operatedChain();
  });
  const topicArn = () => String(graph.one("aws:sns/topic:Topic").outputs.arn);

  it("tell of a failed deployment of each service, and of no other deployment", () => {
    const { inputs } = graph.one("aws:cloudwatch/eventRule:EventRule");
    const pattern: unknown = JSON.parse(String(inputs.eventPattern));
    const services = graph.ofType("aws:ecs/service:Service").map(({ outputs }) => String(outputs.arn));
    assert.equal(services.length, 4);
    for (const service of services) {
      const event = failed(service);
      assert.ok(fits(pattern, event), service);
      const completed = { ...event.detail, eventType: "INFO", eventName: "SERVICE_DEPLOYMENT_COMPLETED" };
      assert.ok(!fits(pattern, { ...event, detail: completed }));
    }
    assert.ok(!fits(pattern, failed("arn:aws:ecs:us-west-2:111122223333:service/default/servicetest")));
    assert.ok(
      graph
        .ofType("aws:ecs/service:Service")
        .every(({ inputs: { deploymentCircuitBreaker } }) => asRecord(deploymentCircuitBreaker).enable === true),
      "sent only for services with a circuit breaker",
    );
  });

  it("say in a sentence which deployment has failed, why, and what to type", () => {
    const { inputTransformer, arn, rule } = graph.one("aws:cloudwatch/eventTarget:EventTarget").inputs;
    assert.deepEqual([arn, rule], [topicArn(), "traced-fargate-chain-deployments"]);
    const { inputPaths, inputTemplate } = asRecord(inputTransformer);
    const event = failed("arn:aws:ecs:eu-central-1:123456789012:service/cluster-1/hello-2");
    assert.deepEqual(inputPaths, { service: "$.resources[0]", reason: "$.detail.reason" });
    const text = String(inputTemplate)
      .replace("<service>", event.resources[0] ?? "")
      .replace("<reason>", event.detail.reason);
    assert.equal(
      JSON.parse(text),
      "A deployment of arn:aws:ecs:eu-central-1:123456789012:service/cluster-1/hello-2 has failed: ECS deployment " +
        "circuit breaker: task failed to start. Type: npm run status -- --stack chain",
    );
  });

  it("come from the stack's alarms and its rule, and from nobody else", () => {
    const { policy } = graph.one("aws:sns/topicPolicy:TopicPolicy").inputs;
    const alarms = graph.ofType(alarmType);
    const rule = graph.one("aws:cloudwatch/eventRule:EventRule");
    const sources = { cloudwatch: alarms.map(({ outputs }) => outputs.arn), events: [rule.outputs.arn] };
    const { Statement } = JSON.parse(String(policy)) as { Statement: Record<string, unknown>[] };
    const granted = Statement.map(({ Effect, Principal, Action, Resource, Condition }) => {
      return { Effect, Principal, Action, Resource, Condition };
    });
    assert.deepEqual(
      granted,
      Object.entries(sources).map(([service, arns]) => ({
        Effect: "Allow",
        Principal: { Service: `${service}.amazonaws.com` },
        Action: ["sns:Publish"],
        Resource: [topicArn()],
        Condition: { ArnEquals: { "aws:SourceArn": arns } },
      })),
    );
  });

  it("are sent when an alarm fires and when it ends, with what is wrong and what to type", () => {
    for (const { name, inputs } of graph.ofType(alarmType)) {
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [[topicArn()], [topicArn()]], name);
      assert.match(
        String(inputs.alarmDescription),
        /\. Type: npm run (status|logs|traces) -- --stack chain( --service \w+)?$/,
      );
    }
  });

  it("go to the address of the setting", () => {
    const { protocol, endpoint, topic } = graph.one("aws:sns/topicSubscription:TopicSubscription").inputs;
    assert.deepEqual([protocol, endpoint, topic], ["email", "on-call@example.com", topicArn()]);
  });
});
