import assert from "node:assert/strict";
import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { FlowLogs, logFormat, whatTriedToLeave } from "../../../components/operations/flowLogs";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

const query = whatTriedToLeave("10.0.0.0/16");

/** What the query calls each field of a record, by a pattern in which each `*` takes what is up to the next space. */
function parse(record: string): Record<string, string> {
  const [, pattern = "", names = ""] = /^parse @message "([^"]+)" as (.*)$/m.exec(query) ?? [];
  const values = new RegExp(`^${pattern.replaceAll("*", "(\\S+)")}$`).exec(record)?.slice(1) ?? [];
  return Object.fromEntries(names.split(", ").map((name, index) => [name, values[index] ?? ""]));
}

describe("what tried to leave", () => {
  it("reads each field where the format of the records puts it", () => {
    // https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
    const record: Readonly<Record<string, string>> = {
      "ecs-service-name": "hello-1a2b3c4",
      "interface-id": "eni-0a1b2c3d4e5f67890",
      srcaddr: "10.0.3.20",
      srcport: "49152",
      dstaddr: "198.51.100.7",
      dstport: "443",
      protocol: "6",
      packets: "3",
      bytes: "180",
      start: "1774000000",
      end: "1774000060",
      action: "REJECT",
      "log-status": "OK",
    };
    assert.deepEqual(parse(logFormat.replace(/\$\{([\w-]+)\}/g, (_, field: string) => record[field] ?? "")), {
      service: "hello-1a2b3c4",
      networkInterface: "eni-0a1b2c3d4e5f67890",
      source: "10.0.3.20",
      sourcePort: "49152",
      destination: "198.51.100.7",
      port: "443",
      ipProtocol: "6",
      packetCount: "3",
      byteCount: "180",
      began: "1774000000",
      ended: "1774000060",
      verdict: "REJECT",
      recorded: "OK",
    });
  });

  it("gives no field a name which CloudWatch Logs finds by itself in records of the default format", () => {
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html
    const found =
      "accountId endTime interfaceId logStatus startTime version action bytes dstAddr dstPort packets protocol srcAddr srcPort";
    assert.deepEqual(
      Object.keys(parse("")).filter((name) => found.split(" ").includes(name)),
      [],
    );
  });

  it("is asked of rejected packets from within the VPC to somewhere else", () => {
    const [, filter = ""] = /^\| filter (.*)$/m.exec(query) ?? [];
    assert.deepEqual(filter.split(" and "), [
      'verdict = "REJECT"',
      'isIpv4InSubnet(source, "10.0.0.0/16")',
      'not isIpv4InSubnet(destination, "10.0.0.0/16")',
    ]);
  });
});

describe("flow logs", () => {
  for (const trafficType of ["REJECT", "ALL"] as const) {
    it(`record ${trafficType} of the VPC in a log group, by a role that may write there and nowhere else`, async () => {
      const graph = await evaluateComponent(() => {
        const accountId = pulumi.output("111122223333");
        const names = { region: "eu-central-1", accountId, prefix: "project/stack" };
        const cluster = new aws.ecs.Cluster("cluster");
        new FlowLogs("flow-logs", { ...names, cluster, vpcId: "vpc-1", vpcCidr: "10.0.0.0/16", trafficType });
      });
      const group = "arn:aws:logs:eu-central-1:123456789012:log-group:/project/stack/flow-logs";
      const { inputs } = graph.one("aws:ec2/flowLog:FlowLog");
      assert.deepEqual([inputs.vpcId, inputs.trafficType, inputs.logDestination], ["vpc-1", trafficType, group]);
      assert.equal(inputs.iamRoleArn, graph.one("aws:iam/role:Role").outputs.arn);
      const [statement] = JSON.parse(String(graph.one("aws:iam/rolePolicy:RolePolicy").inputs.policy)).Statement;
      assert.deepEqual(statement.Resource, [`${group}:*`]);
      assert.ok(!statement.Action.includes("logs:CreateLogGroup"), "it would bring a deleted log group back");
      const [trust] = JSON.parse(String(graph.one("aws:iam/role:Role").inputs.assumeRolePolicy)).Statement;
      assert.deepEqual(trust.Condition, {
        StringEquals: { "aws:SourceAccount": "111122223333" },
        ArnLike: { "aws:SourceArn": "arn:aws:ec2:eu-central-1:111122223333:vpc-flow-log/*" },
      });
    });
  }
});
