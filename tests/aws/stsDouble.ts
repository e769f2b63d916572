import { text } from "node:stream/consumers";
import { LocalServer } from "../processes/localServer";

/** A call as it came in: what was asked, by whom. */
export interface StsCall {
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
  /** With what it refuses each call instead. */
  refusal: { readonly status: number; readonly code: string; readonly message: string } | undefined;

  private readonly server = new LocalServer(async (request, response) => {
    const {
      Action: action = "",
      Version: _version,
      ...parameters
    } = Object.fromEntries(new URLSearchParams(await text(request)));
    const accessKeyId = /Credential=([^/]+)/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    this.calls.push({ action, accessKeyId, parameters });
    const { status = 200, ...refused } = this.refusal ?? {};
    const result =
      action === "AssumeRole"
        ? this.credentials(String(parameters.RoleArn))
        : `<Account>${this.accountId}</Account><Arn>arn:aws:iam::${this.accountId}:user/${accessKeyId}</Arn>`;
    response
      .writeHead(status, { "content-type": "text/xml" })
      .end(
        "code" in refused
          ? `<ErrorResponse><Error><Code>${refused.code}</Code><Message>${refused.message}</Message></Error></ErrorResponse>`
          : `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
      );
  });

  constructor(private readonly accountId: string) {}

  async listen(): Promise<this> {
    await this.server.listen();
    return this;
  }

  get url(): string {
    return this.server.url;
  }

  close(): Promise<void> {
    return this.server.close();
  }

  private credentials(roleArn: string): string {
    const name = roleArn.split("/").pop();
    return (
      `<Credentials><AccessKeyId>ASIA-${name}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey>` +
      "<SessionToken>token</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>"
    );
  }
}
