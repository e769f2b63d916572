import { errorCode } from "../../../components/dynamicProvider/awsErrors";
import { isListening } from "../../localRun/task/ports";
import { parseOptions } from "../../terminal/commandLine";
import { withStackClients } from "../awsCalls";
import { type Io, OperationError, operate } from "../command";
import { clientOf, readDeployedStack } from "../deployedStack";
import { readLiveRun } from "../localRun";
import { openBrowser } from "./browser";
import { requirePlugin, runPlugin } from "./sessionPlugin";

const usage = `npm run open [-- --stack <name>] [--service <name>] [--port <port>]
  [--browser] [--local]

Brings a service of a stack to this machine, through the load client, by port
forwarding of Session Manager, until Ctrl-C.

    --stack <name>    the stack (default: dev)
    --service <name>  a service which the client calls (default: the first)
    --port <port>     port of this machine, 1024 to 65535 (default: 8080)
    --browser         opens it in a browser
    --local           prints where the stack's local run is reached instead
    -h, --help        prints this

Needs the Session Manager plugin of the AWS CLI, and AWS credentials that may
call ssm:StartSession. The AWS CLI itself is not needed.`;

const options = {
  stack: { type: "string" },
  service: { type: "string" },
  port: { type: "string" },
  browser: { type: "boolean" },
  local: { type: "boolean" },
} as const;

/** `npm run open`. @param open opens a URL in a browser @returns the exit code */
export function openCommand(args: readonly string[], io: Io, open = openBrowser): Promise<number> {
  return operate(async () => {
    const { stack = "dev", service: asked, port = "8080", browser, local, help } = parseOptions(options, args);
    const print = (text: string) => void io.stdout.write(`${text}\n`);
    const show = async (url: string, what: string) => {
      print(`${url} is ${what}`);
      if (browser && !(await open(url))) io.stderr.write("No browser could be opened.\n");
    };
    if (help) {
      print(usage);
      return 0;
    }
    if (local) {
      const { services, pid } = await readLiveRun(stack, io.projectDir);
      const { name, url } = choose(asked, services);
      await show(url, `${name} of the local run (process ${pid})`);
      return 0;
    }
    const deployed = await readDeployedStack(stack, io);
    const client = clientOf(deployed);
    const { name, url } = choose(
      asked,
      deployed.ecsServices.filter(({ calledByClient }) => calledByClient),
    );
    await requirePlugin();
    await requireFreePort(port);
    const { hostname, port: remotePort } = new URL(url);
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html
    const request = {
      Target: client,
      DocumentName: "AWS-StartPortForwardingSessionToRemoteHost",
      Parameters: { host: [hostname], portNumber: [remotePort || "80"], localPortNumber: [port] },
    };
    const { location } = deployed;
    const response = await withStackClients(location, ["ssm"], ({ ssm }) => ssm.startSession(request)).catch(
      (error) => {
        if (errorCode(error) !== "TargetNotConnected") throw error;
        throw new OperationError(`client ${client} is not connected; npm run status says how it is`);
      },
    );
    const onReady = () => void show(`http://localhost:${port}/`, `${name}, until Ctrl-C`);
    await runPlugin({ location, request, response }, onReady, io.interrupted);
    return 0;
  }, io);
}

/** The service that was asked for, or the first. */
function choose<S extends { readonly name: string }>(asked: string | undefined, services: readonly S[]): S {
  const found = services.find(({ name }) => asked === undefined || name === asked);
  if (found !== undefined) return found;
  throw new OperationError(`unknown service ${asked}: there are ${services.map(({ name }) => name).join(", ")}`);
}

async function requireFreePort(port: string): Promise<void> {
  const number = /^\d{4,5}$/.test(port) ? Number(port) : 0;
  if (number < 1024 || number > 65_535) {
    throw new OperationError(`--port takes a whole number from 1024 to 65535, not ${port}`);
  }
  if (await isListening(number)) {
    const other = number < 65_535 ? number + 1 : 8080;
    throw new OperationError(`port ${port} is taken; type: npm run open -- --port ${other}`);
  }
}
