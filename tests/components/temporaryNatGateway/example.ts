import * as aws from "@pulumi/aws";
import { TemporaryNatGateway } from "../../../components/temporaryNatGateway";

const egress = new TemporaryNatGateway("egress", {
  region: "eu-central-1",
  accountId: "123456789012",
  tagKey: "my-project:lease",
  network: {
    vpcId: "vpc-0a1b2c3d",
    publicSubnetId: "subnet-0a1b2c3d",
    publicRouteTableId: "rtb-0a1b2c3d",
    privateRouteTableIds: ["rtb-4e5f6a7b"],
    egressSecurityGroupIds: ["sg-0a1b2c3d"],
  },
  reopenWhen: { image: "public.ecr.aws/nginx/nginx:1.29" },
});
const task = { cluster: "main", taskDefinition: "nginx:1", waitForSteadyState: true };
const service = new aws.ecs.Service("nginx", task, { dependsOn: egress.open });
egress.releaseAfter([service]);
export const natGateway = egress.status;
