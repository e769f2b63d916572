import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { LoadClient } from "../../../components/client/loadClient";
import { userData } from "../../../components/client/userData";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";

type LoadClientArgs = ConstructorParameters<typeof LoadClient>[1];

const args: LoadClientArgs = {
  region: "us-west-2",
  accountId: "111122223333",
  subnetId: "subnet-0aaaabbbbccccdddd",
  securityGroupId: "sg-0aaaabbbbccccdddd",
};

function client(changes: Partial<LoadClientArgs> = {}): Promise<ComponentEvaluation> {
  return evaluateComponent(() => {
    const { instanceId, ready } = new LoadClient("client", { ...args, ...changes });
    assert.ok([ready.agentVersion, ready.abVersion].every(pulumi.Output.isInstance), "the versions are outputs");
    return { instanceId, readyId: ready.id };
  });
}

const instanceOf = (evaluation: ComponentEvaluation) => evaluation.one("aws:ec2/instance:Instance");
const readinessOf = (evaluation: ComponentEvaluation) =>
  evaluation.one("pulumi-nodejs:dynamic/traced-fargate:LoadClientReadiness");

describe("LoadClient", () => {
  it("is a small instance with half an hour to become ready, unless told otherwise", async () => {
    const evaluation = await client();
    const { instanceType, creditSpecification } = instanceOf(evaluation).inputs;
    assert.deepEqual([instanceType, creditSpecification], ["t4g.nano", { cpuCredits: "standard" }]);
    const { deadlineSeconds, pollIntervalSeconds } = readinessOf(evaluation).inputs;
    assert.deepEqual([deadlineSeconds, pollIntervalSeconds], [1800, 5]);
    assert.deepEqual(evaluation.outputs, {
      instanceId: instanceOf(evaluation).id,
      readyId: readinessOf(evaluation).id,
    });
  });

  it("passes on what it is given", async () => {
    const asked = {
      profile: "work",
      assumeRoles: [{ RoleArn: "arn:aws:iam::111122223333:role/deployer" }],
      endpoints: { ssm: "http://127.0.0.1:5000" },
      deadlineSeconds: 300,
      pollIntervalSeconds: 2,
    };
    const evaluation = await client({ ...asked, instanceType: "c7gn.large", ec2messages: true });
    const instance = instanceOf(evaluation);
    assert.equal(instance.inputs.instanceType, "c7gn.large");
    assert.equal(instance.inputs.creditSpecification, undefined);
    assert.equal(instance.inputs.userData, userData("us-west-2"));
    const { __provider, ...inputs } = readinessOf(evaluation).inputs;
    const { region, accountId } = args;
    assert.deepEqual(inputs, { ...asked, region, accountId, instanceId: instance.id });
    const { Statement } = JSON.parse(String(evaluation.one("aws:iam/rolePolicy:RolePolicy").inputs.policy));
    assert.deepEqual(
      Statement.map(({ Sid }: { Sid: string }) => Sid),
      ["RegisterWithSystemsManager", "OpenSessionChannels", "ReceiveMessages"],
    );
  });

  const refused: [what: string, changes: Partial<LoadClientArgs>, message: string][] = [
    [
      "an instance type without an Arm processor",
      { instanceType: "t3.nano" },
      "`instanceType` must have an Arm processor, such as `t4g.nano`, because the client runs the Arm image of Amazon " +
        "Linux 2023; `t3.nano` has none.",
    ],
    [
      "durations that are not above 0",
      { deadlineSeconds: 0, pollIntervalSeconds: -1 },
      "`deadlineSeconds` must be a number of seconds greater than 0, not 0; " +
        "`pollIntervalSeconds` must be a number of seconds greater than 0, not -1",
    ],
  ];
  for (const [what, changes, message] of refused) {
    it(`refuses ${what}`, () => assert.rejects(client(changes), { message }));
  }
});
