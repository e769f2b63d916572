/** Takes an ARN apart (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). */
export function arnParts(arn: string) {
  const [, , service = "", region = "", account = "", ...rest] = arn.split(":");
  // A topic of SNS has nothing but its name there.
  const [, type = "", id = ""] = /^(?:([^:/]*)[:/])?(.*)/s.exec(rest.join(":")) ?? [];
  /** Service and type, such as `ec2:vpc-endpoint`, and an id, a name, or both with what they are in. */
  return { kind: `${service}:${type}`, region, account, id };
}
