import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Leftover } from "../../../tools/leftovers/kinds";
import { formatReport } from "../../../tools/leftovers/report";

const at = "eu-central-1:111122223333";
const ec2 = (resource: string) => `arn:aws:ec2:${at}:${resource}`;
const state = { owned: new Set<string>(), leases: new Set<string>(), interrupted: [], unlisted: [] };

/** The commands of the report, and the ARNs to which they belong. */
function deletions(leftovers: readonly Leftover[], profile?: string): string[] {
  const report = formatReport({ stack: "dev", region: "eu-central-1", profile, state, leftovers });
  return report.split("\n").filter((line) => /^(aws|# (arn:|no command))/.test(line));
}

describe("the commands that delete a leftover", () => {
  const cases: [arn: string, facts: Leftover["facts"], commands: string[]][] = [
    [
      `arn:aws:ecs:${at}:service/cluster-1a/hello-2b`,
      {},
      [
        "aws ecs delete-service --force --cluster cluster-1a --service hello-2b",
        "aws ecs wait services-inactive --cluster cluster-1a --services hello-2b",
      ],
    ],
    [
      `arn:aws:ecs:${at}:task-definition/traced-fargate-dev-hello:3`,
      {},
      ["aws ecs deregister-task-definition --task-definition traced-fargate-dev-hello:3"],
    ],
    [
      ec2("instance/i-0a"),
      {},
      ["aws ec2 terminate-instances --instance-ids i-0a", "aws ec2 wait instance-terminated --instance-ids i-0a"],
    ],
    [
      ec2("natgateway/nat-0a"),
      {},
      [
        "aws ec2 delete-nat-gateway --nat-gateway-id nat-0a",
        "aws ec2 wait nat-gateway-deleted --nat-gateway-ids nat-0a",
      ],
    ],
    [
      ec2("internet-gateway/igw-0a"),
      { vpcId: "vpc-0b" },
      [
        "aws ec2 detach-internet-gateway --internet-gateway-id igw-0a --vpc-id vpc-0b",
        "aws ec2 delete-internet-gateway --internet-gateway-id igw-0a",
      ],
    ],
    [ec2("internet-gateway/igw-0a"), {}, ["aws ec2 delete-internet-gateway --internet-gateway-id igw-0a"]],
    [
      ec2("security-group-rule/sgr-0a"),
      { groupId: "sg-0b", direction: "ingress" },
      ["aws ec2 revoke-security-group-ingress --group-id sg-0b --security-group-rule-ids sgr-0a"],
    ],
    [ec2("security-group-rule/sgr-0a"), {}, []],
    [
      `arn:aws:cloudwatch:${at}:alarm:traced-fargate-dev-hello-tasks`,
      {},
      ["aws cloudwatch delete-alarms --alarm-names traced-fargate-dev-hello-tasks"],
    ],
    [
      `arn:aws:events:${at}:rule/traced-fargate-dev-deployments`,
      {},
      [
        "aws events remove-targets --rule traced-fargate-dev-deployments --ids alarms",
        "aws events delete-rule --name traced-fargate-dev-deployments",
      ],
    ],
    [
      `arn:aws:sns:${at}:traced-fargate-dev-alarms`,
      {},
      [`aws sns delete-topic --topic-arn arn:aws:sns:${at}:traced-fargate-dev-alarms`],
    ],
    [
      `arn:aws:logs:${at}:log-group:/traced-fargate/dev/hello`,
      {},
      ["aws logs delete-log-group --log-group-name /traced-fargate/dev/hello"],
    ],
    [ec2("vpc-flow-log/fl-0a"), {}, ["aws ec2 delete-flow-logs --flow-log-ids fl-0a"]],
    [
      `arn:aws:ecr:${at}:repository/traced-fargate-dev/xray/aws-xray-daemon`,
      {},
      ["aws ecr delete-repository --force --repository-name traced-fargate-dev/xray/aws-xray-daemon"],
    ],
    [
      `arn:aws:xray:${at}:group/hello-1a/ABCDEF`,
      {},
      [`aws xray delete-group --group-arn arn:aws:xray:${at}:group/hello-1a/ABCDEF`],
    ],
    [`arn:aws:quantum:${at}:cat/1`, {}, []],
  ];
  for (const [arn, facts, commands] of cases) {
    it(`are ${commands.length} for ${arn} ${JSON.stringify(facts)}`, () => {
      const unknown = ["# no command is known for this type; delete it in the console"];
      const expected = commands.length === 0 ? unknown : commands.map((command) => `${command} --region eu-central-1`);
      assert.deepEqual(deletions([{ arn, facts }]), [`# ${arn}`, ...expected]);
    });
  }

  it("name the profile, and no region where there is none", () => {
    const vpc = { arn: ec2("vpc/vpc-0a"), facts: {} };
    const profile = { arn: "arn:aws:iam::111122223333:instance-profile/traced-fargate/dev/client", facts: {} };
    assert.deepEqual(deletions([vpc, profile], "deployer"), [
      `# ${vpc.arn}`,
      "aws ec2 delete-vpc --vpc-id vpc-0a --region eu-central-1 --profile deployer",
      `# ${profile.arn}`,
      "aws iam remove-role-from-instance-profile --instance-profile-name client --role-name " +
        '"$(aws iam get-instance-profile --instance-profile-name client --query InstanceProfile.Roles[0].RoleName ' +
        '--output text --profile deployer)" --profile deployer',
      "aws iam delete-instance-profile --instance-profile-name client --profile deployer",
    ]);
  });

  it("take a configuration for the logs of DNS queries from its VPC before they delete it", () => {
    const arn = `arn:aws:route53resolver:${at}:resolver-query-log-config/rqlc-0a`;
    assert.deepEqual(deletions([{ arn, facts: {} }]), [
      `# ${arn}`,
      "aws route53resolver disassociate-resolver-query-log-config --resolver-query-log-config-id rqlc-0a --resource-id " +
        '"$(aws route53resolver list-resolver-query-log-config-associations ' +
        "--filters Name=ResolverQueryLogConfigId,Values=rqlc-0a " +
        "--query 'ResolverQueryLogConfigAssociations[0].ResourceId' --output text --region eu-central-1)\" " +
        "--region eu-central-1",
      "aws route53resolver delete-resolver-query-log-config --resolver-query-log-config-id rqlc-0a --region eu-central-1",
    ]);
  });

  it("of what the tagging API does not list come last", () => {
    const unlisted = [{ name: "aws:iam/role:Role client", commands: ["aws iam delete-role --role-name client-1a"] }];
    const findings = { stack: "dev", region: "eu-central-1", profile: "deployer", leftovers: [] };
    const report = formatReport({ ...findings, state: { ...state, unlisted } });
    assert.deepEqual(report.split("\n").slice(0, 6), [
      "# Nothing in eu-central-1 carries the tags of stack dev and is missing from its state.",
      "",
      "# These were being created, and AWS's tagging API does not list their types, so each may exist or not. Type these, too,",
      "# once; an error such as NoSuchEntity or ...NotFound... says that there is nothing to delete:",
      "",
      "# aws:iam/role:Role client",
    ]);
    assert.match(report, /^aws iam delete-role --role-name client-1a --profile deployer$/m);
  });

  it("come in the order in which AWS lets things go, whatever the order they were found in", () => {
    const sorted = [
      `arn:aws:ecs:${at}:service/c/s`,
      `arn:aws:ecs:${at}:service/c/t`,
      ec2("instance/i-0a"),
      `arn:aws:ecs:${at}:cluster/c`,
      `arn:aws:servicediscovery:${at}:service/srv-0a`,
      `arn:aws:servicediscovery:${at}:namespace/ns-0a`,
      ...["vpc-endpoint/vpce-0a", "natgateway/nat-0a", "elastic-ip/eipalloc-0a", "internet-gateway/igw-0a"].map(ec2),
      ...["security-group-rule/sgr-0a", "vpc-flow-log/fl-0a"].map(ec2),
      `arn:aws:route53resolver:${at}:resolver-query-log-config/rqlc-0a`,
      ...["subnet/subnet-0a", "route-table/rtb-0a", "security-group/sg-0a"].map(ec2),
      ec2("vpc/vpc-0a"),
      `arn:aws:logs:${at}:log-group:/traced-fargate/dev/flow-logs`,
      `arn:aws:quantum:${at}:cat/1`,
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(sorted), (found) => {
        const ordered = deletions(found.map((arn) => ({ arn, facts: {} }))).filter((line) => line.startsWith("# arn"));
        const expected = sorted.filter((arn) => found.includes(arn));
        assert.deepEqual(
          ordered,
          expected.map((arn) => `# ${arn}`),
        );
      }),
    );
  });
});
