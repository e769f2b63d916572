import type { InternetGateway, InternetGatewayAttachment } from "@aws-sdk/client-ec2";
import { errorCode } from "../../dynamicProvider/awsErrors";
import { idIn, type Run, type Step } from "../run";

/** How a gateway is attached to the lease's VPC; a route to it may be refused until that is `available`. */
function attachmentOf(run: Run, { Attachments = [] }: InternetGateway): InternetGatewayAttachment | undefined {
  return Attachments.find(({ VpcId }) => VpcId === run.settings.network.vpcId);
}

// AWS's word for a gateway is not in the type of the SDK
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InternetGatewayAttachment.html).
function isAvailable(run: Run, gateway: InternetGateway): boolean {
  const state: string | undefined = attachmentOf(run, gateway)?.State;
  return state === "available";
}

async function attach(run: Run, id: string): Promise<void> {
  const { vpcId } = run.settings.network;
  await run.attempt(`internet gateway ${id} to be attached`, {
    notYet: ["InvalidInternetGatewayID.NotFound", "InvalidVpcID.NotFound"],
    act: async () => {
      try {
        await run.ec2.attachInternetGateway({ InternetGatewayId: id, VpcId: vpcId });
      } catch (error) {
        if (errorCode(error) === "InvalidParameterValue") {
          throw await ownerError(run);
        }
        // This is what a call gets whose predecessor was carried out, but whose answer got lost.
        if (errorCode(error) !== "Resource.AlreadyAssociated") {
          throw error;
        }
      }
    },
  });
}

/** The error of a VPC whose internet gateway is somebody else's, who is named. */
async function ownerError(run: Run): Promise<Error> {
  const { vpcId } = run.settings.network;
  const { InternetGateways = [] } = await run.ec2.describeInternetGateways({
    Filters: [{ Name: "attachment.vpc-id", Values: [vpcId] }],
  });
  const [{ InternetGatewayId: other = "an internet gateway", Tags = [] } = {}] = InternetGateways;
  const lease = Tags.find(({ Key }) => Key === run.tagKey)?.Value;
  return lease === undefined
    ? new Error(
        `${vpcId} has ${other}, which is not of this lease. A VPC can have one internet gateway only: detach the ` +
          "other, or give the lease a VPC without",
      )
    : new Error(
        `${vpcId} has ${other} of the lease ${lease}. A VPC can have one internet gateway, and so one lease only: ` +
          "release or destroy the other, or have it open for both",
      );
}

async function deleteGateway(run: Run, gateway: InternetGateway): Promise<void> {
  const { InternetGatewayId } = gateway;
  const { vpcId: VpcId } = run.settings.network;
  if (attachmentOf(run, gateway) !== undefined) {
    await run.delete(`internet gateway ${InternetGatewayId} to be detached`, {
      act: () => run.ec2.detachInternetGateway({ InternetGatewayId, VpcId }),
      gone: ["Gateway.NotAttached", "InvalidInternetGatewayID.NotFound", "InvalidVpcID.NotFound"],
      // For as long as the VPC has mapped public addresses.
      notYet: ["DependencyViolation"],
    });
  }
  await run.delete(`internet gateway ${InternetGatewayId} to be deleted`, {
    act: () => run.ec2.deleteInternetGateway({ InternetGatewayId }),
    gone: ["InvalidInternetGatewayID.NotFound"],
    notYet: ["DependencyViolation"],
  });
}

export const internetGateway: Step = {
  title: "internet gateway",

  async open(run) {
    const used = await run.attempt("an internet gateway to be made", {
      lookFirst: "internetGateways",
      act: async (): Promise<InternetGateway> => {
        const { internetGateways } = run.inventory;
        const found = internetGateways.find((each) => attachmentOf(run, each) !== undefined) ?? internetGateways[0];
        if (found !== undefined) {
          return found;
        }
        const answer = await run.ec2.createInternetGateway({ TagSpecifications: run.tagsFor("internet-gateway") });
        return { InternetGatewayId: answer.InternetGateway?.InternetGatewayId };
      },
    });
    const id = idIn(used.InternetGatewayId);
    if (attachmentOf(run, used) === undefined) {
      await attach(run, id);
    }
    const isUsed = ({ InternetGatewayId }: InternetGateway) => InternetGatewayId === id;
    // Until then AWS may say of a route to it that table and gateway "belong to different networks"
    // (https://github.com/nicolaka/ddc-aws/issues/33).
    if (!isAvailable(run, used)) {
      await run.lookUntil(`internet gateway ${id} to be available`, {
        kinds: ["internetGateways"],
        isSo: ({ internetGateways }) => internetGateways.some((each) => isUsed(each) && isAvailable(run, each)),
      });
    }
    for (const surplus of run.inventory.internetGateways.filter((each) => !isUsed(each))) {
      await deleteGateway(run, surplus);
    }
    run.note({ internetGateways: run.inventory.internetGateways.filter(isUsed) });
  },

  async close(run) {
    for (const gateway of run.inventory.internetGateways) {
      await deleteGateway(run, gateway);
    }
    run.note({ internetGateways: [] });
  },
};
