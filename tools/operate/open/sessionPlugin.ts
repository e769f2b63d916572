import type { StartSessionRequest, StartSessionResponse } from "@aws-sdk/client-ssm";
import type { AwsLocation } from "../../../components/dynamicProvider/awsLocation";
import { runCommand, startProcess } from "../../childProcess";
import { OperationError } from "../command";

const program = "session-manager-plugin";
const installation =
  "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html";

/** The variable in which the plugin takes a session, so that its token is not among the arguments which `ps` shows. */
const sessionVariable = "AWS_SSM_START_SESSION_RESPONSE";
/**
 * The last version which does not know the variable
 * (https://github.com/aws/aws-cli/blob/develop/awscli/customizations/sessionmanager.py).
 */
const lastWithout = [1, 2, 497, 0];

/** Looks for the Session Manager plugin of the AWS CLI. @throws OperationError when there is none, or an old one */
export async function requirePlugin(): Promise<void> {
  const { error, output } = await runCommand([program, "--version"], { stdio: ["ignore", "pipe", "pipe"] });
  if (error !== undefined) {
    throw new OperationError(`the Session Manager plugin is missing; install it: ${installation}`);
  }
  const version = output.trim();
  if (!isNewer(version.split(".").map(Number), lastWithout)) {
    throw new OperationError(`the Session Manager plugin ${version} is too old; install a newer one: ${installation}`);
  }
}

function isNewer(version: readonly number[], than: readonly number[]): boolean {
  const index = than.findIndex((part, position) => part !== (version[position] ?? 0));
  return index >= 0 && (version[index] ?? 0) > (than[index] ?? 0);
}

/** A session which the plugin is to take. */
interface Session {
  readonly location: AwsLocation;
  readonly request: StartSessionRequest;
  readonly response: Pick<StartSessionResponse, "SessionId" | "TokenValue" | "StreamUrl">;
}

/**
 * Hands a session over to the plugin, as the AWS CLI does, until it ends.
 *
 * @param onReady called when the port is open
 * @throws OperationError with what the plugin said when it ended by itself
 */
export async function runPlugin(session: Session, onReady: () => void, interrupted: AbortSignal): Promise<void> {
  const { location, request, response } = session;
  const { SessionId, TokenValue, StreamUrl } = response;
  const endpoint = location.endpoints?.ssm ?? `https://ssm.${location.region}.amazonaws.com`;
  const about = [location.region, "StartSession", location.profile ?? "", JSON.stringify(request), endpoint];
  const { child, exited } = startProcess([program, sessionVariable, ...about], {
    env: { ...process.env, [sessionVariable]: JSON.stringify({ SessionId, TokenValue, StreamUrl }) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // The plugin ends the session on the client when it is interrupted.
  const interrupt = () => void child.kill("SIGINT");
  interrupted.addEventListener("abort", interrupt);
  let said = "";
  let ready = false;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      if (ready || !said.includes("Waiting for connections")) return;
      ready = true;
      onReady();
    });
  }
  await exited;
  interrupted.removeEventListener("abort", interrupt);
  if (interrupted.aborted) return;
  const [reason = "it did not say why"] = said.trim().split("\n").filter(Boolean).slice(-1);
  throw new OperationError(`the session has ended: ${reason}`);
}
