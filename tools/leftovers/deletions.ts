/** What an ARN says of a resource. */
interface ArnParts {
  /** Service and type, such as `ec2:vpc-endpoint`. */
  readonly kind: string;
  readonly region: string;
  readonly account: string;
  /** What follows the type: an id, a name, or both with what they are in. */
  readonly id: string;
}

/** Takes an ARN apart (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). */
export function arnParts(arn: string): ArnParts {
  const [, , service = "", region = "", account = "", ...rest] = arn.split(":");
  const resource = rest.join(":");
  const [, type = "", id = ""] = /^([^:/]*)[:/](.*)/s.exec(resource) ?? ["", "", resource];
  return { kind: type === "" ? service : `${service}:${type}`, region, account, id };
}

/** What a command has to know of a resource besides its ARN. */
export interface Facts {
  /** Of an internet gateway: the VPC it is attached to. */
  readonly vpcId?: string;
  /** Of a security-group rule: its group, and the direction. */
  readonly groupId?: string;
  readonly direction?: "ingress" | "egress";
}

type Commands = (id: string, facts: Facts, parts: ArnParts) => readonly string[];

const only = (command: string) => (id: string) => [`${command} ${id}`];

/**
 * How each type is deleted, in the order in which AWS lets them go: what uses something before what is used. Ids and
 * names need no quotes, AWS admits no characters that a shell would take otherwise.
 */
const deletions: Readonly<Record<string, Commands>> = {
  "ecs:service": (id) => {
    const [cluster = "", service = ""] = id.split("/");
    return [
      `aws ecs delete-service --force --cluster ${cluster} --service ${service}`,
      `aws ecs wait services-inactive --cluster ${cluster} --services ${service}`,
    ];
  },
  "ecs:task-definition": only("aws ecs deregister-task-definition --task-definition"),
  "ec2:instance": (id) => [
    `aws ec2 terminate-instances --instance-ids ${id}`,
    `aws ec2 wait instance-terminated --instance-ids ${id}`,
  ],
  "ec2:volume": only("aws ec2 delete-volume --volume-id"),
  "ecs:cluster": only("aws ecs delete-cluster --cluster"),
  "servicediscovery:service": only("aws servicediscovery delete-service --id"),
  "servicediscovery:namespace": only("aws servicediscovery delete-namespace --id"),
  "ec2:vpc-endpoint": only("aws ec2 delete-vpc-endpoints --vpc-endpoint-ids"),
  "ec2:natgateway": (id) => [
    `aws ec2 delete-nat-gateway --nat-gateway-id ${id}`,
    `aws ec2 wait nat-gateway-deleted --nat-gateway-ids ${id}`,
  ],
  "ec2:elastic-ip": only("aws ec2 release-address --allocation-id"),
  "ec2:internet-gateway": (id, { vpcId }) => [
    ...(vpcId === undefined ? [] : [`aws ec2 detach-internet-gateway --internet-gateway-id ${id} --vpc-id ${vpcId}`]),
    `aws ec2 delete-internet-gateway --internet-gateway-id ${id}`,
  ],
  "ec2:security-group-rule": (id, { groupId, direction }) =>
    groupId === undefined || direction === undefined
      ? []
      : [`aws ec2 revoke-security-group-${direction} --group-id ${groupId} --security-group-rule-ids ${id}`],
  "ec2:network-interface": only("aws ec2 delete-network-interface --network-interface-id"),
  "ec2:subnet": only("aws ec2 delete-subnet --subnet-id"),
  "ec2:route-table": only("aws ec2 delete-route-table --route-table-id"),
  "ec2:security-group": only("aws ec2 delete-security-group --group-id"),
  "ec2:vpc": only("aws ec2 delete-vpc --vpc-id"),
  "iam:instance-profile": (path) => {
    const name = path.split("/").at(-1);
    const role = `aws iam get-instance-profile --instance-profile-name ${name} --query InstanceProfile.Roles[0].RoleName`;
    return [
      `aws iam remove-role-from-instance-profile --instance-profile-name ${name} --role-name "$(${role} --output text)"`,
      `aws iam delete-instance-profile --instance-profile-name ${name}`,
    ];
  },
  "ecr:repository": only("aws ecr delete-repository --force --repository-name"),
  "logs:log-group": only("aws logs delete-log-group --log-group-name"),
  "dynamodb:table": only("aws dynamodb delete-table --table-name"),
  "xray:group": (id, _facts, { region, account }) => [
    `aws xray delete-group --group-arn arn:aws:xray:${region}:${account}:group/${id}`,
  ],
  "xray:sampling-rule": only("aws xray delete-sampling-rule --rule-name"),
};

const order = Object.keys(deletions);

/** A resource which is left over. */
export interface Leftover {
  readonly arn: string;
  readonly facts: Facts;
}

/** The commands which delete a resource, in their order; none when the type is not known. */
export function deletionCommands({ arn, facts }: Leftover, profile?: string): string[] {
  const parts = arnParts(arn);
  const commands = deletions[parts.kind]?.(parts.id, facts, parts) ?? [];
  const options = `${parts.region === "" ? "" : ` --region ${parts.region}`}${profile ? ` --profile ${profile}` : ""}`;
  return commands.map((command) => `${command}${options}`);
}

/** The same resources in the order in which AWS lets them be deleted; types that are not known come last. */
export function inOrderOfDeletion(leftovers: readonly Leftover[]): Leftover[] {
  const rank = ({ arn }: Leftover) => {
    const { kind } = arnParts(arn);
    return order.includes(kind) ? order.indexOf(kind) : order.length;
  };
  return [...leftovers].sort((a, b) => rank(a) - rank(b) || (a.arn < b.arn ? -1 : 1));
}
