import { errorCode } from "../../dynamicProvider/awsErrors";
import type { FoundInternetGateway } from "../inventory";
import { attempt, idIn, type Run, type Step, tagsFor, takeAway } from "../run";

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
        // AlreadyAssociated is what a call gets whose predecessor was carried out, but whose answer got lost.
        if (errorCode(error) === "InvalidParameterValue") {
          throw new Error(
            `${vpcId} has an internet gateway which is not of this lease. A VPC can have one only: detach the other, ` +
              `or give the lease a VPC without (${error instanceof Error ? error.message : ""})`,
          );
        }
        if (errorCode(error) !== "Resource.AlreadyAssociated") {
          throw error;
        }
      }
      return true;
    },
  });
}

export const internetGateway: Step = {
  title: "internet gateway",

  async open(run) {
    const { id, attached } = await attempt(run, "an internet gateway to be made", {
      lookFirst: "internetGateways",
      act: async () => {
        const found = chosen(run);
        if (found !== undefined) {
          return found;
        }
        const answer = await run.ec2.createInternetGateway({ TagSpecifications: tagsFor(run, "internet-gateway") });
        return { id: idIn(answer.InternetGateway?.InternetGatewayId), attached: false };
      },
    });
    if (!attached) {
      await attach(run, id);
    }
    const others = run.inventory.internetGateways.filter((gateway) => gateway.id !== id);
    run.inventory = { ...run.inventory, internetGateways: [{ id, attached: true }, ...others] };
  },

  async close(run) {
    const { vpcId } = run.settings.network;
    for (const { id, attached } of run.inventory.internetGateways) {
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
    run.inventory = { ...run.inventory, internetGateways: [] };
  },
};
