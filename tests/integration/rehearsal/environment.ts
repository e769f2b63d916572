import { dirname } from "node:path";
import { parseJson } from "../../../tools/values";
import { awsEnvironment } from "../account";

/** Whether a host is this machine's own, so that nothing which is sent there leaves it. */
function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

function isElsewhere(address: string): boolean {
  return !URL.canParse(address) || !isLoopback(new URL(address).hostname);
}

/** The addresses in `aws:endpoints`: JSON, a list of objects that name a service and its address. */
function addressesIn(endpoints: unknown): string[] {
  const value = typeof endpoints === "string" ? (parseJson(endpoints) ?? endpoints) : endpoints;
  return typeof value === "string" ? [value] : Object.values(value ?? {}).flatMap(addressesIn);
}

/** A rehearsal would reach AWS, or something else that is not on this machine. */
export class ElsewhereError extends Error {}

/**
 * Refuses settings by which a rehearsal would reach anything but this machine.
 *
 * @param environment the caller's: whoever has set an endpoint for AWS's services expects that it is used
 * @param stackSettings those of the stack, which the AWS provider reads
 * @throws ElsewhereError
 */
export function assertLoopback(
  environment: Readonly<Record<string, string | undefined>>,
  stackSettings: Readonly<Record<string, unknown>> = {},
): void {
  const addresses = [
    // https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
    ...Object.entries(environment).filter(([name]) => /^AWS_ENDPOINT_URL(_|$)/.test(name)),
    ...addressesIn(stackSettings["aws:endpoints"]).map((address) => ["aws:endpoints", address] as const),
  ];
  for (const [name, address = ""] of addresses) {
    if (address !== "" && isElsewhere(address)) {
      throw new ElsewhereError(
        `${name} is ${address}, which is not on this machine: a rehearsal calls nothing but its own stand-in for ` +
          `AWS. Unset ${name}.`,
      );
    }
  }
}

/** What the CLI of a rehearsal is given. */
interface CliSettings {
  /** Address of the stand-in for AWS. */
  readonly endpoint: string;
  /** Path of the CLI; its language host lies beside it. */
  readonly program: string;
  /** Pulumi's home, with the plugins. */
  readonly home: string;
  /** Folder of the state. */
  readonly state: string;
}

/**
 * The environment of the CLI: the caller's without what concerns AWS and Pulumi, and AWS on this machine, as nobody.
 *
 * @param caller the caller's environment
 * @throws ElsewhereError
 */
export function cliEnvironment(
  caller: Readonly<Record<string, string | undefined>>,
  { endpoint, program, home, state }: CliSettings,
): Record<string, string | undefined> {
  const passedOn = Object.entries(caller).filter(([name]) => !/^(AWS|PULUMI)_|^NODE_(V8_COVERAGE|OPTIONS)$/.test(name));
  const environment = {
    ...Object.fromEntries(passedOn),
    ...awsEnvironment(endpoint),
    PATH: `${dirname(program)}:${caller.PATH ?? ""}`,
    NODE_NO_WARNINGS: "1",
    PULUMI_BACKEND_URL: `file://${state}`,
    PULUMI_CONFIG_PASSPHRASE: "rehearsal",
    // Allows --event-log.
    PULUMI_DEBUG_COMMANDS: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_HOME: home,
    // A plugin of the person's own would be preferred to the stand-in of the same name.
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
  };
  assertLoopback(environment);
  return environment;
}
