import assert from "node:assert/strict";
import fc from "fast-check";
import { judgeDeployment } from "../../../components/serviceDeployment/judgeDeployment";

type Service = NonNullable<Parameters<typeof judgeDeployment>[0]>;
type Deployment = NonNullable<Service["deployments"]>[number];
type Kind = ReturnType<typeof judgeDeployment>["kind"];

const arn = (revision: number) => `arn:aws:ecs:eu-central-1:111122223333:task-definition/hello:${revision}`;
const wanted = {
  taskDefinition: arn(8),
  subnetIds: ["subnet-1", "subnet-2"],
  securityGroupIds: ["sg-1"],
  minTaskCount: 2,
};
const ours: Deployment = {
  status: "PRIMARY",
  taskDefinition: arn(8),
  rolloutState: "COMPLETED",
  rolloutStateReason: "ECS deployment ecs-svc/1 completed.",
  desiredCount: 2,
  runningCount: 2,
  failedTasks: 0,
};
const inPlace = { awsvpcConfiguration: { subnets: ["subnet-2", "subnet-1"], securityGroups: ["sg-1"] } };
const before: Deployment = { ...ours, taskDefinition: arn(7) };
// ECS's words: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
const broken = {
  rolloutState: "FAILED",
  rolloutStateReason: "ECS deployment circuit breaker: tasks failed to start.",
  runningCount: 0,
  failedTasks: 3,
};

describe("judgeDeployment", () => {
  const why = "ECS deployment circuit breaker: tasks failed to start.";
  const rollingBack: Deployment[] = [
    { ...before, rolloutState: "IN_PROGRESS" },
    { ...ours, ...broken, status: "ACTIVE" },
  ];
  const starting: Deployment = { ...ours, rolloutState: "IN_PROGRESS", failedTasks: 1 };
  const unknown: Deployment = { status: "PRIMARY", taskDefinition: arn(8) };
  const table: [what: string, deployments: Deployment[] | undefined, verdict: `${Kind}: ${string}`][] = [
    ["ours", [ours], "completed: COMPLETED, 2 of 2 tasks run, 0 failed"],
    [
      "ours, while others stop",
      [ours, { ...before, status: "ACTIVE" }],
      "completed: COMPLETED, 2 of 2 tasks run, 0 failed",
    ],
    [
      "ours, scaled out",
      [{ ...ours, desiredCount: 4, runningCount: 3 }],
      "completed: COMPLETED, 3 of 4 tasks run, 0 failed",
    ],
    [
      "ours, scaled in",
      [{ ...ours, desiredCount: 0, runningCount: 0 }],
      "completed: COMPLETED, 0 of 0 tasks run, 0 failed",
    ],
    ["ours, told to run more", [{ ...ours, runningCount: 1 }], "waiting: COMPLETED, 1 of 2 tasks run, 0 failed"],
    ["ours, steady but not completed", [starting], "waiting: IN_PROGRESS, 2 of 2 tasks run, 1 failed"],
    ["ours, of which ECS says no more", [unknown], "waiting: no rollout state, 0 of 0 tasks run, 0 failed"],
    ["ours, given up", [{ ...ours, ...broken }], `failed: its deployment has failed; ${why}`],
    ["a rollback", rollingBack, `failed: it runs hello:7, not hello:8: ECS rolls back; ${why}`],
    ["the one before, steady again", [before], "missing: it runs hello:7, not hello:8"],
    ["a service without deployments, deleted by somebody", [], "missing: ECS shows no deployment of it"],
    ["a service which ECS does not know", undefined, "missing: ECS shows no deployment of it"],
  ];
  for (const [what, deployments, verdict] of table) {
    it(`sees ${what}: ${verdict}`, () => {
      const { kind, seen } = judgeDeployment(deployments && { deployments, networkConfiguration: inPlace }, wanted);
      assert.equal(`${kind}: ${seen}`, verdict);
    });
  }

  it("sees a service in the subnets and security groups before, with the same task definition: missing", () => {
    const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-0"] } };
    const verdict = judgeDeployment({ deployments: [ours], networkConfiguration }, wanted);
    assert.deepEqual(verdict, { kind: "missing", seen: "it runs in its previous subnets and security groups" });
  });

  it("finds completed only a PRIMARY deployment of this task definition whose rollout is completed", () => {
    const deployment = fc.record({
      status: fc.constantFrom("PRIMARY", "ACTIVE", "INACTIVE"),
      taskDefinition: fc.constantFrom(arn(7), arn(8)),
      rolloutState: fc.constantFrom("COMPLETED", "IN_PROGRESS", "FAILED", undefined),
      desiredCount: fc.nat(3),
      runningCount: fc.nat(3),
    });
    const oneIsPrimary = fc
      .array(deployment, { maxLength: 3 })
      .filter((deployments) => deployments.filter(({ status }) => status === "PRIMARY").length <= 1);
    fc.assert(
      fc.property(oneIsPrimary, (deployments) => {
        const { kind } = judgeDeployment({ deployments }, wanted);
        const primary = deployments.find(({ status }) => status === "PRIMARY");
        const oursIsDone = primary?.taskDefinition === arn(8) && primary.rolloutState === "COMPLETED";
        assert.ok(kind !== "completed" || oursIsDone);
      }),
    );
  });
});
