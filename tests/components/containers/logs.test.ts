import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import { setLogGroupDefaults } from "../../../components/containers/logs";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

describe("setLogGroupDefaults", () => {
  const logKmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";

  for (const key of [undefined, logKmsKeyArn]) {
    it(`gives every log group retention and ${key === undefined ? "no key" : "the key"}`, async () => {
      const graph = await evaluateComponent(() => {
        setLogGroupDefaults({ logRetentionDays: 30, ...(key === undefined ? {} : { logKmsKeyArn: key }) });
        new aws.cloudwatch.LogGroup("group", { name: "/group" });
        new aws.ecs.Cluster("cluster");
      });
      const { inputs } = graph.one("aws:cloudwatch/logGroup:LogGroup");
      assert.deepEqual(inputs, {
        name: "/group",
        retentionInDays: 30,
        ...(key === undefined ? {} : { kmsKeyId: key }),
      });
      assert.deepEqual(graph.one("aws:ecs/cluster:Cluster").inputs, {});
    });
  }
});
