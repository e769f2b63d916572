import * as pulumi from "@pulumi/pulumi";
import type { LeaseWaits } from "../../../../components/temporaryNatGateway/leaseInputs";
import {
  TemporaryNatGateway,
  type TemporaryNatGatewayArgs,
} from "../../../../components/temporaryNatGateway/temporaryNatGateway";

/** What the test tells the program, as JSON in PROGRAM_SETTINGS. */
export interface ProgramSettings {
  readonly region: string;
  readonly network: TemporaryNatGatewayArgs["network"];
  readonly waits: LeaseWaits;
  readonly image: string;
}

/** Stands for the service and the client: something that is made while the way out is open. */
class Workload extends pulumi.dynamic.Resource {
  constructor(name: string, props: { image: string }, opts: pulumi.CustomResourceOptions) {
    super(
      {
        create: async (inputs) => ({ id: name, outs: inputs }),
        read: async (id, props) => ({ id: id ?? name, props }),
        diff: async (_id, olds, news) => ({ changes: olds.image !== news.image }),
        update: async (_id, _olds, news) => ({ outs: news }),
      },
      name,
      props,
      opts,
    );
  }
}

const { region, network, waits, image }: ProgramSettings = JSON.parse(process.env.PROGRAM_SETTINGS ?? "");
const egress = new TemporaryNatGateway("egress", { region, network, waits, reopenWhen: { image } });
const workload = new Workload("workload", { image }, { dependsOn: egress.open });
egress.releaseAfter([workload]);

export const status = egress.status;
