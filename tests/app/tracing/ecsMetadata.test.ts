import assert from "node:assert/strict";
import { fetchSegmentOrigin, segmentOrigin } from "../../../app/tracing/ecsMetadata";
import { freePort } from "../../../tools/localRun/task/ports";
import { LocalServer } from "../../processes/localServer";
import { FARGATE_CONTAINER, FARGATE_ORIGIN, FARGATE_TASK, startMetadataEndpoint } from "../helpers/metadataEndpoint";

const FARGATE = "AWS::ECS::Fargate";

describe("segmentOrigin", () => {
  it("says which task on Fargate a segment comes from", () => {
    assert.deepEqual(segmentOrigin(FARGATE_CONTAINER, FARGATE_TASK), FARGATE_ORIGIN);
  });

  it("derives the cluster's ARN from the task's, in any partition", () => {
    const [own, rest] = ["arn:aws-us-gov:ecs:us-gov-west-1:123456789012", "default/158d1c8083dd49d6b527399fd6414f5c"];
    const ids = { task_arn: `${own}:task/${rest}`, cluster_arn: `${own}:cluster/default` };
    assert.deepEqual(segmentOrigin({}, { TaskARN: ids.task_arn, Cluster: "default", LaunchType: "EC2" }), {
      origin: "AWS::ECS::Container",
      aws: { account_id: "123456789012", ecs: { ...ids, launch_type: "ec2" } },
    });
  });

  it("derives nothing from what only holds the ARN of a task", () => {
    const task_arn = `see ${FARGATE_TASK.TaskARN}`;
    assert.deepEqual(segmentOrigin({}, { TaskARN: task_arn }), { origin: FARGATE, aws: { ecs: { task_arn } } });
  });

  for (const nonsense of [undefined, null, 7, "text", [], { TaskARN: 7, Name: "", LogOptions: null }]) {
    it(`makes nothing of ${JSON.stringify(nonsense)}`, () => {
      assert.deepEqual(segmentOrigin(nonsense, nonsense), { origin: FARGATE, aws: { ecs: {} } });
    });
  }
});

describe("fetchSegmentOrigin", () => {
  let problems: string[];
  beforeEach(() => {
    problems = [];
  });
  const fetchOrigin = (uri: string | undefined, fargate: boolean) =>
    fetchSegmentOrigin(uri, fargate, (error) => problems.push((error as Error).message));

  it("is silent where there is no metadata endpoint", async () => {
    assert.deepEqual([await fetchOrigin(undefined, false), problems], [{ aws: {} }, []]);
  });

  it("asks for the container and its task", async () => {
    const endpoint = await startMetadataEndpoint();
    assert.deepEqual([await fetchOrigin(endpoint.uri, true), problems], [FARGATE_ORIGIN, []]);
    assert.deepEqual(endpoint.requests.sort(), ["/v4/abc", "/v4/abc/task"]);
    await endpoint.close();
  });

  it("goes on without an answer, and says so once", async () => {
    const failing = await new LocalServer((_request, response) => response.writeHead(500).end()).listen();
    assert.deepEqual(await fetchOrigin(`http://127.0.0.1:${await freePort()}`, true), { origin: FARGATE, aws: {} });
    assert.deepEqual(await fetchOrigin(failing.url, false), { aws: {} });
    assert.deepEqual(problems, ["fetch failed", `${failing.url} answered 500`]);
    await failing.close();
  });
});
