import type { SecurityGroupRule } from "@aws-sdk/client-ec2";
import { errorCode } from "../../dynamicProvider/awsErrors";
import { say } from "../../dynamicProvider/pollUntil";
import { everywhere } from "../inventory";
import type { Run, Step } from "../run";

function ruleOf(run: Run, groupId: string): SecurityGroupRule | undefined {
  return run.inventory.egressRules.find((rule) => rule.GroupId === groupId);
}

async function ensureRule(run: Run, groupId: string): Promise<void> {
  let isDuplicate = false;
  const made = await run.attempt(`${groupId} to get its temporary egress rule`, {
    lookFirst: "egressRules",
    // A duplicate is ours, if an answer got lost; the next attempt looks.
    notYet: (error) => {
      isDuplicate = errorCode(error) === "InvalidPermission.Duplicate";
      return isDuplicate || errorCode(error) === "InvalidGroup.NotFound";
    },
    act: async () => (ruleOf(run, groupId) !== undefined || isDuplicate ? [] : await authorize(run, groupId)),
  });
  run.note({ egressRules: [...run.inventory.egressRules, ...made] });
  if (ruleOf(run, groupId) === undefined) {
    say(`${groupId} already allows tcp/443 to ${everywhere} by a rule which is not of this lease; it stays`);
  }
}

async function authorize(run: Run, groupId: string): Promise<SecurityGroupRule[]> {
  const answer = await run.ec2.authorizeSecurityGroupEgress({
    GroupId: groupId,
    IpPermissions: [
      {
        IpProtocol: "tcp",
        FromPort: 443,
        ToPort: 443,
        IpRanges: [{ CidrIp: everywhere, Description: "Temporary: HTTPS while the NAT gateway is there" }],
      },
    ],
    TagSpecifications: run.tagsFor("security-group-rule"),
  });
  return (answer.SecurityGroupRules ?? []).map((rule) => ({ ...rule, GroupId: groupId }));
}

async function revoke(run: Run, groupId: string | undefined): Promise<void> {
  const { egressRules } = run.inventory;
  const ids = egressRules.flatMap((rule) => (rule.GroupId === groupId ? (rule.SecurityGroupRuleId ?? []) : []));
  await run.delete(`the temporary egress rule of ${groupId} to be revoked`, {
    act: () => run.ec2.revokeSecurityGroupEgress({ GroupId: groupId, SecurityGroupRuleIds: ids }),
    gone: ["InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"],
  });
  run.note({ egressRules: egressRules.filter((rule) => rule.GroupId !== groupId) });
}

export const egressRules: Step = {
  title: "temporary egress rules",
  async open(run) {
    for (const groupId of run.settings.network.egressSecurityGroupIds) {
      await ensureRule(run, groupId);
    }
  },
  async close(run) {
    for (const groupId of new Set(run.inventory.egressRules.map((rule) => rule.GroupId))) {
      await revoke(run, groupId);
    }
  },
};
