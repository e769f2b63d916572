import * as pulumi from "@pulumi/pulumi";

/**
 * One statement of an IAM policy. Only `Allow`: what is not allowed is denied already, and a policy which holds nothing
 * but denials denies everything
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html).
 */
export interface PolicyStatement {
  /** What the statement is for, in letters and digits. */
  readonly Sid: string;
  readonly Effect: "Allow";
  /** Whom it speaks of; only in resource policies, such as those of endpoints and roles. */
  readonly Principal?: "*" | { readonly Service: string | readonly string[] } | { readonly AWS: pulumi.Input<string> };
  /** Actions by their full names, no wildcards. */
  readonly Action: readonly string[];
  readonly Resource?: readonly pulumi.Input<string>[];
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, pulumi.Input<string> | readonly pulumi.Input<string>[]>>>
  >;
}

/** The JSON of a policy document of these statements. */
export function policyJson(statements: readonly PolicyStatement[]): pulumi.Output<string> {
  return pulumi.jsonStringify({ Version: "2012-10-17", Statement: statements });
}

/**
 * The trust policy which lets one AWS service assume a role, for this account's resources only: the conditions keep the
 * service from being used as a confused deputy (https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
 *
 * @param sourceArn of the resources for which it is assumed, with wildcards
 */
export function trustPolicy(
  service: string,
  accountId?: pulumi.Input<string>,
  sourceArn?: pulumi.Input<string>,
): PolicyStatement[] {
  const Condition = {
    ...(accountId === undefined ? {} : { StringEquals: { "aws:SourceAccount": accountId } }),
    ...(sourceArn === undefined ? {} : { ArnLike: { "aws:SourceArn": sourceArn } }),
  };
  return [
    {
      Sid: "AssumedByService",
      Effect: "Allow",
      Principal: { Service: service },
      Action: ["sts:AssumeRole"],
      ...(Object.keys(Condition).length === 0 ? {} : { Condition }),
    },
  ];
}

/** What all roles of a stack have in common. */
export interface RoleDefaults {
  /** ARN of the policy that limits what the roles can be allowed. @default no boundary */
  readonly permissionsBoundary?: string;
  /** Path of the roles, which begins and ends with a slash. */
  readonly rolePath: string;
}

/**
 * Gives these to every role which the program makes from now on, so that a new one cannot be forgotten.
 *
 * A run that is killed may leave an inline policy which is not in the state, and IAM deletes no role that has one
 * (https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html). With `forceDetachPolicies` the provider
 * deletes it with the role (https://github.com/hashicorp/terraform-provider-aws/pull/2388).
 */
export function setRoleDefaults({ permissionsBoundary, rolePath: path }: RoleDefaults): void {
  pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type === "aws:iam/role:Role"
      ? { props: { ...props, permissionsBoundary, path, forceDetachPolicies: true }, opts }
      : undefined,
  );
}
