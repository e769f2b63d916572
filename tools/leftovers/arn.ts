/** What an ARN says of a resource. */
export interface ArnParts {
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
  const [, type = "", id = ""] = /^([^:/]*)[:/](.*)$/s.exec(resource) ?? ["", "", resource];
  return { kind: type === "" ? service : `${service}:${type}`, region, account, id };
}
