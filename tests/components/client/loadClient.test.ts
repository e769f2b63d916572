import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { LoadClient, type LoadClientArgs } from "../../../components/client/loadClient";
import { userData } from "../../../components/client/userData";
import { type ComponentEvaluation, evaluateComponent } from "../../pulumi/evaluateComponent";

const args: LoadClientArgs = {
  region: "eu-central-1",
  accountId: "111122223333",
  subnetId: "subnet-0aaaabbbbccccdddd",
  securityGroupId: "sg-0aaaabbbbccccdddd",
};
const readyType = "pulumi-nodejs:dynamic/traced-fargate:LoadClientReadiness";

function client(changes: Partial<LoadClientArgs> = {}): Promise<ComponentEvaluation> {
  return evaluateComponent(() => {
    const { instanceId, ready } = new LoadClient("client", { ...args, ...changes });
    return { instanceId, readyId: ready.id };
  });
}

describe("LoadClient", () => {
  let evaluation: ComponentEvaluation;

  before(async () => {
    evaluation = await client();
  });

  it("makes an instance, its role and its readiness, all its own children", () => {
    const component = evaluation.one("traced-fargate:client:LoadClient", "client");
    const made = evaluation.resources.map(({ type, name, parent }) => [type, name, parent === component.urn]);
    assert.deepEqual(made, [
      ["traced-fargate:client:LoadClient", "client", false],
      ["aws:iam/role:Role", "client-role", true],
      ["aws:iam/rolePolicy:RolePolicy", "client-policy", true],
      ["aws:iam/instanceProfile:InstanceProfile", "client-profile", true],
      ["aws:ec2/instance:Instance", "client-instance", true],
      [readyType, "client-ready", true],
    ]);
  });

  it("describes a private, hardened instance of the newest Arm image", () => {
    const { ami, ...inputs } = evaluation.one("aws:ec2/instance:Instance").inputs;
    assert.equal(
      evaluation.evaluation.placeholders.describe(String(ami)),
      "<value of /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64>",
    );
    assert.deepEqual(inputs, {
      instanceType: "t4g.nano",
      creditSpecification: { cpuCredits: "standard" },
      subnetId: "subnet-0aaaabbbbccccdddd",
      vpcSecurityGroupIds: ["sg-0aaaabbbbccccdddd"],
      associatePublicIpAddress: false,
      iamInstanceProfile: evaluation.one("aws:iam/instanceProfile:InstanceProfile").outputs.name,
      metadataOptions: { httpEndpoint: "enabled", httpTokens: "required", httpPutResponseHopLimit: 1 },
      rootBlockDevice: { volumeType: "gp3", encrypted: true, deleteOnTermination: true },
      userData: userData("eu-central-1"),
      userDataReplaceOnChange: true,
      tags: { Name: "client" },
    });
  });

  it("keeps a running instance when a new image appears, and shows which image it is", () => {
    const instance = evaluation.one("aws:ec2/instance:Instance");
    assert.deepEqual(instance.options, { ignoreChanges: ["ami"] });
    assert.deepEqual(instance.secrets, []);
  });

  it("gives the instance a role that only lets it be managed", () => {
    const { assumeRolePolicy, ...role } = evaluation.one("aws:iam/role:Role").inputs;
    assert.deepEqual(role, { description: "Lets the load client be reached by Session Manager and Run Command" });
    assert.deepEqual(JSON.parse(String(assumeRolePolicy)), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "AssumedByService",
          Effect: "Allow",
          Principal: { Service: "ec2.amazonaws.com" },
          Action: ["sts:AssumeRole"],
        },
      ],
    });
    const { policy, ...attachment } = evaluation.one("aws:iam/rolePolicy:RolePolicy").inputs;
    const roleName = evaluation.one("aws:iam/role:Role").outputs.name;
    assert.ok(typeof roleName === "string");
    assert.deepEqual(attachment, { role: roleName });
    assert.deepEqual(JSON.parse(String(policy)), {
      Version: "2012-10-17",
      Statement: [
        {
          Sid: "RegisterWithSystemsManager",
          Effect: "Allow",
          Action: ["ssm:UpdateInstanceInformation"],
          Resource: ["arn:aws:ec2:eu-central-1:111122223333:instance/*"],
        },
        {
          Sid: "OpenSessionChannels",
          Effect: "Allow",
          Action: [
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
          ],
          Resource: ["*"],
        },
      ],
    });
    assert.deepEqual(evaluation.one("aws:iam/instanceProfile:InstanceProfile").inputs, { role: roleName });
  });

  it("lets the instance boot only when its role may be used", () => {
    const instance = evaluation.one("aws:ec2/instance:Instance");
    assert.deepEqual(evaluation.dependencyNames(instance).sort(), ["client-policy", "client-profile"]);
  });

  it("boots after what it is told to wait for, but makes its role before", async () => {
    const waiting = await evaluateComponent(() => {
      const before = new aws.cloudwatch.LogGroup("before");
      new LoadClient("client", { ...args, startAfter: [before] });
    });
    const names = waiting.dependencyNames(waiting.one("aws:ec2/instance:Instance"));
    assert.deepEqual(names.sort(), ["before", "client-policy", "client-profile"]);
    assert.deepEqual(waiting.dependencyNames(waiting.one("aws:iam/role:Role", "client-role")), []);
  });

  it("finds the client ready by its instance, after it", () => {
    const ready = evaluation.one(readyType);
    const instance = evaluation.one("aws:ec2/instance:Instance");
    const { __provider, ...inputs } = ready.inputs;
    assert.deepEqual(inputs, {
      region: "eu-central-1",
      accountId: "111122223333",
      instanceId: instance.id,
      deadlineSeconds: 1800,
      pollIntervalSeconds: 5,
    });
    assert.deepEqual(evaluation.dependencyNames(ready), ["client-instance"]);
    assert.deepEqual(ready.propertyDependencies.instanceId, [instance.urn]);
    assert.equal(evaluation.outputs.instanceId, instance.id);
    assert.equal(evaluation.outputs.readyId, ready.id);
    assert.equal(evaluation.one("traced-fargate:client:LoadClient").outputs.instanceId, instance.id);
  });

  it("passes on what it is given", async () => {
    const access = {
      profile: "work",
      assumeRoles: [{ RoleArn: "arn:aws:iam::111122223333:role/deployer" }],
      endpoints: { ssm: "http://127.0.0.1:5000" },
    };
    const other = await client({
      region: "us-west-2",
      ...access,
      instanceType: "c7gn.large",
      ec2messages: true,
      deadlineSeconds: 300,
      pollIntervalSeconds: 2,
    });
    const instance = other.one("aws:ec2/instance:Instance");
    assert.equal(instance.inputs.instanceType, "c7gn.large");
    assert.equal(instance.inputs.creditSpecification, undefined);
    assert.equal(instance.inputs.userData, userData("us-west-2"));
    const { __provider, ...inputs } = other.one(readyType).inputs;
    assert.deepEqual(inputs, {
      region: "us-west-2",
      ...access,
      accountId: "111122223333",
      instanceId: instance.id,
      deadlineSeconds: 300,
      pollIntervalSeconds: 2,
    });
    const { Statement } = JSON.parse(String(other.one("aws:iam/rolePolicy:RolePolicy").inputs.policy));
    assert.deepEqual(
      Statement.map(({ Sid }: { Sid: string }) => Sid),
      ["RegisterWithSystemsManager", "OpenSessionChannels", "ReceiveMessages"],
    );
  });

  const refused: { title: string; changes: Partial<LoadClientArgs>; message: RegExp }[] = [
    {
      title: "an instance type without an Arm processor",
      changes: { instanceType: "t3.nano" },
      message:
        /`instanceType` must have an Arm processor, such as `t4g\.nano`, because the client runs the Arm image of Amazon Linux 2023; `t3\.nano` has none\./,
    },
    {
      title: "durations that are not above 0",
      changes: { deadlineSeconds: 0, pollIntervalSeconds: -1 },
      message:
        /`deadlineSeconds` must be a number of seconds greater than 0, not 0; `pollIntervalSeconds` must be a number of seconds greater than 0, not -1/,
    },
  ];
  for (const { title, changes, message } of refused) {
    it(`refuses ${title}`, async () => {
      await assert.rejects(client(changes), message);
    });
  }
});
