import { errorCode } from "../../dynamicProvider/awsErrors";
import type { FoundInternetGateway } from "../inventory";
import { leaseTag } from "../leaseInputs";
import { attempt, idIn, lookUntil, type Run, type Step, tagsFor, takeAway } from "../run";

/** The gateway to use of those that carry the lease's tag: the attached one, else the first. */
function chosen(run: Run): FoundInternetGateway | undefined {
  const { internetGateways } = run.inventory;
  return internetGateways.find(({ attached }) => attached) ?? internetGateways[0];
}

async function attach(run: Run, id: string): Promise<void> {
  const { vpcId } = run.settings.network;
  await attempt<true>(run, `internet gateway ${id} to be attached`, {
    notYet: ["InvalidInternetGatewayID.NotFound", "InvalidVpcID.NotFound"],
    act: async () => {
      try {
        await run.ec2.attachInternetGateway({ InternetGatewayId: id, VpcId: vpcId });
      } catch (error) {
        if (errorCode(error) === "InvalidParameterValue") {
          throw await refusal(run);
        }
        // This is what a call gets whose predecessor was carried out, but whose answer got lost.
        if (errorCode(error) !== "Resource.AlreadyAssociated") {
          throw error;
        }
      }
      return true;
    },
  });
}

/**
 * Until then AWS may say of a route to it that table and gateway "belong to different networks"
 * (https://github.com/nicolaka/ddc-aws/issues/33).
 */
async function waitUntilAvailable(run: Run, id: string): Promise<void> {
  await lookUntil(run, `internet gateway ${id} to be available`, {
    kinds: ["internetGateways"],
    isSo: ({ internetGateways }) => internetGateways.some((gateway) => gateway.id === id && gateway.available),
  });
}

/** The error of a VPC whose internet gateway is somebody else's, who is named. */
async function refusal(run: Run): Promise<Error> {
  const { vpcId } = run.settings.network;
  const { InternetGateways = [] } = await run.ec2.describeInternetGateways({
    Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
  });
  const [{ InternetGatewayId: other = "an internet gateway", Tags = [] } = {}] = InternetGateways;
  const lease = Tags.find(({ Key }) => Key === leaseTag)?.Value;
  return lease === undefined
    ? new Error(
        `${vpcId} has ${other}, which is not of this lease. A VPC can have one internet gateway only: detach the ` +
          "other, or give the lease a VPC without",
      )
    : new Error(
        `${vpcId} has ${other} of the lease ${lease}. A VPC can have one internet gateway, and so one lease only: ` +
          "release or destroy the other, or have it open the way for both",
      );
}

async function remove(run: Run, { id, attached }: FoundInternetGateway): Promise<void> {
  const { vpcId } = run.settings.network;
  if (attached) {
    await takeAway(run, `internet gateway ${id} to be detached`, {
      act: () => run.ec2.detachInternetGateway({ InternetGatewayId: id, VpcId: vpcId }),
      gone: ["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound", "InvalidVpcID.NotFound"],
      // For as long as the VPC has mapped public addresses.
      notYet: ["DependencyViolation"],
    });
  }
  await takeAway(run, `internet gateway ${id} to be deleted`, {
    act: () => run.ec2.deleteInternetGateway({ InternetGatewayId: id }),
    gone: ["InvalidInternetGatewayID.NotFound"],
    notYet: ["DependencyViolation"],
  });
}

export const internetGateway: Step = {
  title: "internet gateway",

  async open(run) {
    const { id, attached, available } = await attempt(run, "an internet gateway to be made", {
      lookFirst: "internetGateways",
      act: async () => {
        const found = chosen(run);
        if (found !== undefined) {
          return found;
        }
        const answer = await run.ec2.createInternetGateway({ TagSpecifications: tagsFor(run, "internet-gateway") });
        return { id: idIn(answer.InternetGateway?.InternetGatewayId), attached: false, available: false };
      },
    });
    if (!attached) {
      await attach(run, id);
    }
    if (!available) {
      await waitUntilAvailable(run, id);
    }
    for (const surplus of run.inventory.internetGateways.filter((gateway) => gateway.id !== id)) {
      await remove(run, surplus);
    }
    run.inventory = { ...run.inventory, internetGateways: [{ id, attached: true, available: true }] };
  },

  async close(run) {
    for (const gateway of run.inventory.internetGateways) {
      await remove(run, gateway);
    }
    run.inventory = { ...run.inventory, internetGateways: [] };
  },
};
