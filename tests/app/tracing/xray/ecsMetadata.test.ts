import assert from "node:assert/strict";
import { fetchSegmentOrigin, segmentOrigin } from "../../../../app/tracing/xray/ecsMetadata";
import { freePort } from "../../../processes/freePort";
import { LocalServer } from "../../../processes/localServer";
import { FARGATE_CONTAINER, FARGATE_ORIGIN, FARGATE_TASK, startMetadataEndpoint } from "../../helpers/metadataEndpoint";

const noProblem = (error: unknown) => assert.fail(String(error));

describe("segmentOrigin", () => {
  it("says which task on Fargate a segment comes from", () => {
    assert.deepEqual(segmentOrigin(FARGATE_CONTAINER, FARGATE_TASK), FARGATE_ORIGIN);
  });

  it("derives the cluster's ARN from the task's, in any partition", () => {
    const task = {
      TaskARN: "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:task/default/158d1c8083dd49d6b527399fd6414f5c",
    };
    assert.deepEqual(segmentOrigin({}, { ...task, Cluster: "default", LaunchType: "EC2" }), {
      origin: "AWS::ECS::Container",
      aws: {
        account_id: "123456789012",
        ecs: {
          task_arn: task.TaskARN,
          cluster_arn: "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:cluster/default",
          launch_type: "ec2",
        },
      },
    });
  });

  it("derives nothing from what only holds the ARN of a task", () => {
    const task_arn = `see ${FARGATE_TASK.TaskARN}`;
    const expected = { origin: "AWS::ECS::Fargate", aws: { ecs: { task_arn } } };
    assert.deepEqual(segmentOrigin({}, { TaskARN: task_arn }), expected);
  });

  for (const nonsense of [undefined, null, 7, "text", [], { TaskARN: 7, Name: "", LogOptions: null }]) {
    it(`makes nothing of ${JSON.stringify(nonsense)}`, () => {
      assert.deepEqual(segmentOrigin(nonsense, nonsense), { origin: "AWS::ECS::Fargate", aws: { ecs: {} } });
    });
  }
});

describe("fetchSegmentOrigin", () => {
  it("is silent where there is no metadata endpoint", async () => {
    assert.deepEqual(await fetchSegmentOrigin(undefined, false, noProblem), { aws: {} });
  });

  it("asks for the container and its task", async () => {
    const endpoint = await startMetadataEndpoint();
    assert.deepEqual(await fetchSegmentOrigin(endpoint.uri, true, noProblem), FARGATE_ORIGIN);
    assert.deepEqual(endpoint.requests.sort(), ["/v4/abc", "/v4/abc/task"]);
    await endpoint.close();
  });

  it("goes on without an answer, and says so once", async () => {
    const dead = `http://127.0.0.1:${await freePort()}/v4/abc`;
    const failing = await new LocalServer((_request, response) => response.writeHead(500).end()).listen();
    const failingUri = `${failing.url}/v4/abc`;
    const problems: string[] = [];
    const onProblem = (error: unknown) => problems.push(error instanceof Error ? error.message : String(error));
    assert.deepEqual(await fetchSegmentOrigin(dead, true, onProblem), { origin: "AWS::ECS::Fargate", aws: {} });
    assert.deepEqual(await fetchSegmentOrigin(failingUri, false, onProblem), { aws: {} });
    assert.deepEqual(problems, ["fetch failed", `${failingUri} answered 500`]);
    await failing.close();
  });
});
