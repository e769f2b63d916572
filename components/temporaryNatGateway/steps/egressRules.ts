import { errorCode } from "../../dynamicProvider/awsErrors";
import { say } from "../../dynamicProvider/pollUntil";
import { everywhere, type FoundRule } from "../inventory";
import { attempt, idIn, type Run, type Step, tagsFor, takeAway } from "../run";

function ruleOf(run: Run, groupId: string): FoundRule | undefined {
  return run.inventory.egressRules.find((rule) => rule.groupId === groupId);
}

async function allow(run: Run, groupId: string): Promise<void> {
  let refused = false;
  const rule = await attempt<FoundRule | "of others">(run, `${groupId} to get its temporary egress rule`, {
    lookFirst: "egressRules",
    notYet: ["InvalidGroup.NotFound"],
    act: async () => {
      const found = ruleOf(run, groupId);
      if (found !== undefined) {
        return found;
      }
      if (refused) {
        return "of others";
      }
      try {
        return await authorize(run, groupId);
      } catch (error) {
        if (errorCode(error) === "InvalidPermission.Duplicate") {
          // Ours, if an answer got lost; the next attempt looks.
          refused = true;
          return undefined;
        }
        throw error;
      }
    },
  });
  if (rule === "of others") {
    say(`${groupId} already allows tcp/443 to ${everywhere} by a rule which is not of this lease; it stays`);
  } else if (ruleOf(run, groupId) === undefined) {
    run.inventory = { ...run.inventory, egressRules: [...run.inventory.egressRules, rule] };
  }
}

async function authorize(run: Run, groupId: string): Promise<FoundRule> {
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
    TagSpecifications: tagsFor(run, "security-group-rule"),
  });
  return { id: idIn(answer.SecurityGroupRules?.[0]?.SecurityGroupRuleId), groupId };
}

async function revoke(run: Run, groupId: string): Promise<void> {
  const ids = run.inventory.egressRules.filter((rule) => rule.groupId === groupId).map(({ id }) => id);
  await takeAway(run, `the temporary egress rule of ${groupId} to be revoked`, {
    act: () => run.ec2.revokeSecurityGroupEgress({ GroupId: groupId, SecurityGroupRuleIds: ids }),
    gone: ["InvalidSecurityGroupRuleId.NotFound", "InvalidPermission.NotFound", "InvalidGroup.NotFound"],
  });
  const egressRules = run.inventory.egressRules.filter((rule) => rule.groupId !== groupId);
  run.inventory = { ...run.inventory, egressRules };
}

export const egressRules: Step = {
  title: "temporary egress rules",
  async open(run) {
    for (const groupId of run.settings.network.egressSecurityGroupIds) {
      await allow(run, groupId);
    }
  },
  async close(run) {
    for (const groupId of new Set(run.inventory.egressRules.map((rule) => rule.groupId))) {
      await revoke(run, groupId);
    }
  },
};
