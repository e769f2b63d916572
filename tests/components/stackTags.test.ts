import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { leaseTags, tagResources } from "../../components/stackTags";
import { evaluateComponent } from "../pulumi/evaluateComponent";

const stackTags = { Project: "traced-fargate", Stack: "test" };

describe("tagResources", () => {
  it("gives the stack's tags to whatever can be tagged, children and volumes too, besides its own", async () => {
    class Parent extends pulumi.ComponentResource {
      constructor() {
        super("test:Parent", "parent");
        new aws.ecs.Cluster("cluster", { tags: pulumi.output({ Team: "a" }) }, { parent: this });
      }
    }
    const evaluation = await evaluateComponent(() => {
      tagResources();
      new Parent();
      new aws.ec2.Vpc("vpc", { cidrBlock: "10.0.0.0/16", tags: { Name: "vpc", Stack: "its own" } });
      new aws.ec2.Instance("instance", { ami: "ami-1", instanceType: "t4g.nano" });
      new aws.iam.RolePolicy("policy", { role: "role", policy: "{}" });
      const scalable = { resourceId: "service/cluster/hello", scalableDimension: "ecs:service:DesiredCount" };
      new aws.appautoscaling.Target("target", { ...scalable, serviceNamespace: "ecs", minCapacity: 1, maxCapacity: 2 });
      return {};
    });
    const tagsOf = (type: string) => evaluation.one(type).inputs.tags;
    assert.deepEqual(tagsOf("aws:ecs/cluster:Cluster"), { ...stackTags, Team: "a" });
    assert.deepEqual(tagsOf("aws:ec2/vpc:Vpc"), { ...stackTags, Name: "vpc", Stack: "its own" });
    assert.deepEqual(evaluation.one("aws:ec2/instance:Instance").inputs.volumeTags, stackTags);
    for (const type of ["aws:iam/rolePolicy:RolePolicy", "aws:appautoscaling/target:Target"]) {
      assert.equal(tagsOf(type), undefined, type);
    }
  });
});

describe("leaseTags", () => {
  it("are the stack's besides those of `aws:defaultTags`", async () => {
    const tagsWith = async (defaultTags?: Record<string, string>) =>
      (await evaluateComponent(() => leaseTags(defaultTags))).outputs.tags;
    assert.deepEqual(await tagsWith(), stackTags);
    assert.deepEqual(await tagsWith({ Team: "a", Stack: "not this one" }), {
      ...stackTags,
      Team: "a",
    });
  });
});
