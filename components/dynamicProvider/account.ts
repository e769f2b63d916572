import { connectSts } from "./awsClient";
import type { AwsLocation } from "./awsLocation";

/**
 * Refuses credentials of another account than the stack's, in which a look finds nothing of the stack, and what is made
 * is lost. Everybody may ask who they are
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
 *
 * @throws when the account is another one, or AWS does not answer
 */
export async function assertAccount(location: AwsLocation): Promise<void> {
  if (location.accountId === undefined) {
    return;
  }
  const sts = await connectSts(location);
  try {
    const { Account, Arn } = await sts.getCallerIdentity({});
    if (Account !== location.accountId) {
      throw new Error(
        `the credentials are those of ${Arn} in account ${Account}, but the stack is in account ` +
          `${location.accountId}; nothing was changed. Use credentials of that account: they follow from aws:profile, ` +
          "aws:assumeRoles and the environment",
      );
    }
  } finally {
    sts.destroy();
  }
}
