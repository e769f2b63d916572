import * as pulumi from "@pulumi/pulumi";
import { TemporaryNatGateway } from "../../../../components/temporaryNatGateway";
import type { LeaseInputs } from "../../../../components/temporaryNatGateway/lease";
import type { TestNetwork } from "../../account";

/** What the test tells the program, as JSON in PROGRAM_SETTINGS. */
export interface ProgramSettings {
  readonly region: string;
  readonly network: TestNetwork;
  readonly waits: LeaseInputs["waits"];
  /** What the workload runs; another one has to be fetched through the NAT gateway. */
  readonly image: string;
  /** Becomes part of the release's code, which is another with every revision. */
  readonly revision: number;
  /** Has the workload fail, as a service does whose tasks never become steady. */
  readonly broken?: boolean;
}

const { region, network, waits, image, revision, broken }: ProgramSettings = JSON.parse(
  process.env.PROGRAM_SETTINGS ?? "",
);

/** Stands for the VPC and all in it: its ids are not known before it is made, and another VPC replaces it. */
class Network extends pulumi.dynamic.Resource {
  declare readonly vpcId: pulumi.Output<string>;
  declare readonly publicSubnetId: pulumi.Output<string>;
  declare readonly publicRouteTableId: pulumi.Output<string>;
  declare readonly privateRouteTableIds: pulumi.Output<string[]>;
  declare readonly egressSecurityGroupIds: pulumi.Output<string[]>;

  constructor(name: string, made: TestNetwork) {
    const unknown = {
      vpcId: undefined,
      publicSubnetId: undefined,
      publicRouteTableId: undefined,
      privateRouteTableIds: undefined,
      egressSecurityGroupIds: undefined,
    };
    super(
      {
        create: async (inputs) => ({ id: inputs.made.vpcId, outs: { ...inputs, ...inputs.made } }),
        read: async (id, props) => ({ id, props }),
        diff: async (id, _olds, news) => ({ replaces: news.made.vpcId === id ? [] : ["made"] }),
      },
      name,
      { made, ...unknown },
    );
  }
}

/** Stands for the service and the client: something that is made while the way out is open. */
class Workload extends pulumi.dynamic.Resource {
  constructor(name: string, props: { image: string; broken: boolean }, opts: pulumi.CustomResourceOptions) {
    const run = async <T extends { broken: boolean }>(inputs: T) => {
      if (inputs.broken) {
        throw new Error("the service did not become steady");
      }
      return inputs;
    };
    super(
      {
        create: async (inputs) => ({ id: name, outs: await run(inputs) }),
        read: async (id, props) => ({ id, props }),
        diff: async (_id, olds, news) => ({ changes: olds.image !== news.image }),
        update: async (_id, _olds, news) => ({ outs: await run(news) }),
      },
      name,
      props,
      opts,
    );
  }
}

const vpc = new Network("network", network);
const egress = new TemporaryNatGateway("egress", {
  region,
  tagKey: "traced-fargate:lease",
  accountId: "123456789012",
  // The role of the dead man's switch would need the AWS provider's plugin.
  deadlineMinutes: 0,
  network: vpc,
  waits,
  reopenWhen: { image },
});
const workload = new Workload("workload", { image, broken: broken === true }, { dependsOn: egress.open });
egress.releaseAfter([workload], {
  proof: {
    inputs: {},
    prove: async () => {
      process.stderr.write(`revision ${revision} has nothing to prove\n`);
    },
  },
});

export const status = egress.status;
