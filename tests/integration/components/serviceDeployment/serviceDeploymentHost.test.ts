import assert from "node:assert/strict";
import { serviceDeploymentProvider } from "../../../../components/serviceDeployment/serviceDeployment";
import { ProofDouble } from "../../../aws/proofDouble";
import { DynamicProviderHost, ManagedResource, serializeProvider } from "../../../pulumi/dynamicProviderHost";

const inputs = {
  region: "eu-central-1",
  cluster: "arn:aws:ecs:eu-central-1:111122223333:cluster/main",
  service: "arn:aws:ecs:eu-central-1:111122223333:service/main/hello-1a2b3c",
  taskDefinition: "arn:aws:ecs:eu-central-1:111122223333:task-definition/hello:1",
  subnetIds: ["subnet-1"],
  securityGroupIds: ["sg-1"],
  minTaskCount: 1,
  waits: { deadlineSeconds: 30, visibleSeconds: 0.1, pollSeconds: 0.01 },
};
const next = { ...inputs, taskDefinition: inputs.taskDefinition.replace(/1$/, "2") };

describe("serviceDeploymentProvider in Pulumi's dynamic-provider host", () => {
  let double: ProofDouble | undefined;
  let host: DynamicProviderHost | undefined;

  before(async () => {
    double = await ProofDouble.start();
    host = await DynamicProviderHost.start({ env: double.environment });
  });

  after(async () => {
    await host?.stop();
    await double?.stop();
  });

  it("is created, fails an update that is rolled back, succeeds with the next one, and is deleted", async () => {
    assert.ok(double !== undefined && host !== undefined);
    let running = inputs.taskDefinition;
    double.answers.ListTasks = () => ({ taskArns: [] });
    double.answers.DescribeServices = () => ({
      services: [
        {
          deployments: [
            { status: "PRIMARY", taskDefinition: running, rolloutState: "COMPLETED", desiredCount: 1, runningCount: 1 },
          ],
          events: [{ message: "(service hello-1a2b3c) rolling back to deployment ecs-svc/1." }],
        },
      ],
    });
    const resource = new ManagedResource(host, await serializeProvider(serviceDeploymentProvider));
    assert.equal(await resource.up(inputs), "create");
    assert.equal(await resource.up(inputs), "same");
    assert.equal(await resource.refresh(), false);

    await assert.rejects(
      resource.up(next),
      /hello-1a2b3c does not run what it was told to: it runs hello:1, not hello:2; ECS has rolled back, or somebody else has updated the service\nevent: \(service hello-1a2b3c\) rolling back/,
    );
    // The state is still that of the first one, so the next attempt waits again.
    running = next.taskDefinition;
    assert.equal(await resource.up(next), "update");
    assert.equal(await resource.up(next), "same");
    await resource.destroy();
    assert.deepEqual(double.refused(), []);
  });
});
