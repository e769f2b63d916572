import { AwsGate } from "./awsGate";
import { nameOf, signerOf, xmlAnswer } from "./awsProtocol";

/** A call as it came in: what was asked, by whom. */
interface StsCall {
  readonly action: string;
  /** Of the credentials it was signed with. */
  readonly accessKeyId: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * STS at an address of this machine: whoever calls is in the account it is told. AssumeRole answers credentials with an
 * access key id which holds the role's name, so that a later call says which role made it
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, API_GetCallerIdentity.html).
 */
export class StsDouble {
  readonly calls: StsCall[] = [];
  /** Where a test has calls refused. */
  readonly gate = new AwsGate((raw) => {
    const action = nameOf(raw);
    const { accessKeyId } = signerOf(raw);
    const { Action, Version, ...parameters } = Object.fromEntries(new URLSearchParams(raw.body));
    this.calls.push({ action, accessKeyId, parameters });
    const result =
      action === "AssumeRole"
        ? `<Credentials><AccessKeyId>ASIA-${parameters.RoleArn?.split("/").pop()}</AccessKeyId>` +
          "<SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>" +
          "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
        : `<Account>${this.accountId}</Account><Arn>arn:aws:iam::${this.accountId}:user/${accessKeyId}</Arn>`;
    const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";
    return xmlAnswer(
      `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result></${action}Response>`,
    );
  });

  constructor(private readonly accountId: string) {}

  async listen(): Promise<this> {
    await this.gate.listen();
    return this;
  }

  get url(): string {
    return this.gate.url;
  }

  close(): Promise<void> {
    return this.gate.stop();
  }
}
