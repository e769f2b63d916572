import type { AssumeRoleRequest } from "@aws-sdk/client-sts";
import type * as pulumi from "@pulumi/pulumi";
import { type InputEffects, pickInputs } from "./dynamicResource";

/** The services which dynamic resources and tools call, by the names under which `aws:endpoints` knows them. */
export const calledServices = [
  "ec2",
  "ecr",
  "ecs",
  "logs",
  "resourcegroupstaggingapi",
  "scheduler",
  "ssm",
  "sts",
  "xray",
] as const;
type CalledService = (typeof calledServices)[number];

/** Where AWS is called, and as whom: what the stack's `aws:` settings say to the provider. */
export interface AwsLocation {
  /** AWS region, such as `eu-central-1`. */
  readonly region: string;
  /**
   * Profile of the AWS configuration files to take credentials from.
   * @default the SDK's own search: environment, default profile, instance role
   */
  readonly profile?: string;
  /** Roles to assume one after the other, each with the credentials of the one before. @default none */
  readonly assumeRoles?: readonly Partial<AssumeRoleRequest>[];
  /** URLs to call instead of AWS's own. @default AWS's own */
  readonly endpoints?: { readonly [service in CalledService]?: string };
  /** Id of the account the stack is in, 12 digits; credentials of another are refused. @default not compared */
  readonly accountId?: string;
}

/** The same as arguments of a component, which has to be told the account. */
export interface AwsLocationArgs extends Omit<AwsLocation, "accountId"> {
  /** Id of the account the stack is in, 12 digits; dynamic resources refuse to work in another. */
  readonly accountId: pulumi.Input<string>;
}

/** What a change of them means for a dynamic resource: in another region, it stands for something else. */
export const locationEffects = {
  region: "replace",
  profile: "update",
  assumeRoles: "update",
  endpoints: "update",
  accountId: "update",
} as const satisfies InputEffects<AwsLocation>;

/** What of some arguments says where AWS is called and as whom. */
export function locationOf<T extends AwsLocation | AwsLocationArgs>(args: T): Pick<T, keyof AwsLocation & keyof T> {
  return pickInputs(locationEffects, args);
}
