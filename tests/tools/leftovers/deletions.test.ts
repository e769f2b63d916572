import assert from "node:assert/strict";
import * as fc from "fast-check";
import { arnParts, deletionCommands, type Facts, inOrderOfDeletion } from "../../../tools/leftovers/deletions";

const at = "eu-central-1:111122223333";
const ec2 = (resource: string) => `arn:aws:ec2:${at}:${resource}`;

describe("the commands that delete a leftover", () => {
  const cases: [arn: string, facts: Facts, commands: string[]][] = [
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
      `arn:aws:logs:${at}:log-group:/traced-fargate/dev/hello`,
      {},
      ["aws logs delete-log-group --log-group-name /traced-fargate/dev/hello"],
    ],
    [`arn:aws:servicediscovery:${at}:namespace/ns-0a`, {}, ["aws servicediscovery delete-namespace --id ns-0a"]],
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
      assert.deepEqual(
        deletionCommands({ arn, facts }),
        commands.map((command) => `${command} --region eu-central-1`),
      );
    });
  }

  it("name the profile", () => {
    const [command] = deletionCommands({ arn: ec2("vpc/vpc-0a"), facts: {} }, "deployer");
    assert.equal(command, "aws ec2 delete-vpc --vpc-id vpc-0a --region eu-central-1 --profile deployer");
  });

  it("come in the order in which AWS lets things go, whatever the order they were found in", () => {
    const sorted = [
      `arn:aws:ecs:${at}:service/c/s`,
      `arn:aws:ecs:${at}:service/c/t`,
      ec2("instance/i-0a"),
      `arn:aws:ecs:${at}:cluster/c`,
      `arn:aws:servicediscovery:${at}:service/srv-0a`,
      `arn:aws:servicediscovery:${at}:namespace/ns-0a`,
      ec2("vpc-endpoint/vpce-0a"),
      ec2("natgateway/nat-0a"),
      ec2("elastic-ip/eipalloc-0a"),
      ec2("internet-gateway/igw-0a"),
      ec2("security-group-rule/sgr-0a"),
      ec2("subnet/subnet-0a"),
      ec2("route-table/rtb-0a"),
      ec2("security-group/sg-0a"),
      ec2("vpc/vpc-0a"),
      `arn:aws:quantum:${at}:cat/1`,
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(sorted), (found) => {
        const ordered = inOrderOfDeletion(found.map((arn) => ({ arn, facts: {} }))).map(({ arn }) => arn);
        assert.deepEqual(
          ordered,
          sorted.filter((arn) => found.includes(arn)),
        );
      }),
    );
  });
});

describe("arnParts", () => {
  it("tells service, type and id apart, in each of AWS's forms", () => {
    const arns = [
      `arn:aws:ecs:${at}:service/c/s`,
      `arn:aws:logs:${at}:log-group:/a/b`,
      "arn:aws:iam::111122223333:role/a",
      `arn:aws:sqs:${at}:queue`,
    ];
    assert.deepEqual(
      arns.map((arn) => [arnParts(arn).kind, arnParts(arn).id]),
      [
        ["ecs:service", "c/s"],
        ["logs:log-group", "/a/b"],
        ["iam:role", "a"],
        ["sqs", "queue"],
      ],
    );
  });
});
