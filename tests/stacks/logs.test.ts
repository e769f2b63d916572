import assert from "node:assert/strict";
import { join } from "node:path";
import { asList } from "../../tools/checks/check";
import { policyStatements } from "../../tools/checks/policies";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { ComponentEvaluation } from "../pulumi/evaluateComponent";
import { evaluateVariant } from "./evaluateVariant";

const flowLog = "aws:ec2/flowLog:FlowLog";
const logGroup = "aws:cloudwatch/logGroup:LogGroup";
const savedQuery = "aws:cloudwatch/queryDefinition:QueryDefinition";
const queryLogConfig = "aws:route53/resolverQueryLogConfig:ResolverQueryLogConfig";
const association = "aws:route53/resolverQueryLogConfigAssociation:ResolverQueryLogConfigAssociation";

const evaluated = async (stack: string, changes: Readonly<Record<string, string>> = {}) =>
  new ComponentEvaluation(await evaluateVariant(stack, changes));

/** Asserts that a policy allows to write to the log group of its own name, and to no other one. */
function assertMayLog(graph: ComponentEvaluation, policyType: string, name: string): void {
  const policy = graph.one(policyType, name);
  const statements = [...policyStatements([policy])].map(({ statement }) => statement);
  const needed = ["logs:CreateLogStream", "logs:PutLogEvents"];
  const { arn } = graph.one(logGroup, name).outputs;
  assert.ok(statements.length > 0);
  for (const { Action, Resource } of statements) {
    assert.deepEqual(
      needed.filter((action) => !asList(Action).includes(action)),
      [],
    );
    for (const resource of asList(Resource)) assert.ok(String(resource).startsWith(`${arn}:`), `${resource}`);
  }
}

describe("what a stack logs of its network", () => {
  it("is what is rejected in the whole VPC with flowLogs", async () => {
    const graph = await evaluated("otel", { flowLogs: "rejected" });
    const { inputs } = graph.one(flowLog);
    const { id, inputs: vpc } = graph.one("aws:ec2/vpc:Vpc");
    assert.deepEqual([inputs.vpcId, inputs.trafficType], [id, "REJECT"]);
    const group = graph.one(logGroup, "flow-logs");
    assert.equal(inputs.logDestination, group.outputs.arn);
    assert.equal(inputs.iamRoleArn, graph.one("aws:iam/role:Role", "flow-logs").outputs.arn);
    assertMayLog(graph, "aws:iam/rolePolicy:RolePolicy", "flow-logs");
    const query = graph.one(savedQuery).inputs;
    assert.deepEqual(query.logGroupNames, [group.inputs.name]);
    assert.match(String(query.queryString), new RegExp(`not isIpv4InSubnet\\(destination, "${vpc.cidrBlock}"\\)`));
  });

  for (const stack of listStacks(join(__dirname, "../.."))) {
    it(`is nothing in ${stack}, which does not ask for it`, async () => {
      const graph = await evaluated(stack);
      assert.deepEqual(
        [flowLog, savedQuery, queryLogConfig].flatMap((type) => graph.ofType(type)),
        [],
      );
    });
  }

  it("is recorded once the cluster is there, without which AWS knows no fields of ECS", async () => {
    const graph = await evaluated("otel", { flowLogs: "rejected" });
    assert.ok(graph.dependencyNames(graph.one(flowLog)).includes("cluster"));
  });

  it("is every lookup in the VPC with dnsQueryLogs", async () => {
    const graph = await evaluated("otel", { dnsQueryLogs: "on" });
    const config = graph.one(queryLogConfig);
    const group = graph.one(logGroup, "dns-query-logs");
    assert.equal(config.inputs.destinationArn, group.outputs.arn);
    assertMayLog(graph, "aws:cloudwatch/logResourcePolicy:LogResourcePolicy", "dns-query-logs");
    const { resolverQueryLogConfigId, resourceId } = graph.one(association).inputs;
    assert.deepEqual([resolverQueryLogConfigId, resourceId], [config.id, graph.one("aws:ec2/vpc:Vpc").id]);
    const query = graph.one(savedQuery, "dns-query-logs").inputs;
    assert.deepEqual(query.logGroupNames, [group.inputs.name]);
  });

  it("is kept and encrypted as the settings say, as are all other logs", async () => {
    const logKmsKeyArn = "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    const graph = await evaluated("otel", {
      dnsQueryLogs: "on",
      flowLogs: "all",
      logKmsKeyArn,
      logRetentionDays: "30",
    });
    const groups = graph.ofType(logGroup);
    assert.deepEqual(groups.map(({ name }) => name).sort(), ["dns-query-logs", "flow-logs", "hello"]);
    for (const { name, inputs } of groups) {
      assert.deepEqual([inputs.kmsKeyId, inputs.retentionInDays], [logKmsKeyArn, 30], name);
    }
  });

  for (const value of ["disabled", "enabled", "enhanced"]) {
    it(`says that Container Insights is ${value}, whatever the account's default is`, async () => {
      const graph = await evaluated("otel", { containerInsights: value });
      assert.deepEqual(graph.one("aws:ecs/cluster:Cluster").inputs.settings, [{ name: "containerInsights", value }]);
    });
  }
});
