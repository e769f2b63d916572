import { z } from "zod";
import { type AwsLocation, locationOf } from "../../components/dynamicProvider/awsLocation";
import { parseConfig } from "../../config";
import { readStackSettings } from "../evaluation/stackSettings";
import { readFromPulumi } from "../pulumiCli";
import { parseJson } from "../values";
import { type Io, OperationError } from "./command";

/** Those of the stack's outputs which the commands use; docs/outputs.md has all. */
const outputs = z.object({
  clusterArn: z.string().regex(/^arn:aws[\w-]*:ecs:[\w-]+:\d{12}:cluster\/./),
  ecsServices: z
    .array(
      z.object({
        name: z.string(),
        ecsService: z.string(),
        url: z.url(),
        logGroup: z.string(),
        calledByClient: z.boolean(),
      }),
    )
    .min(1),
  serviceUrl: z.url(),
  clientInstanceId: z.string().regex(/^(none|i-[0-9a-f]+)$/),
});

/** A stack which is deployed, as its outputs say. */
export interface DeployedStack extends Omit<z.infer<typeof outputs>, "clientInstanceId"> {
  readonly project: string;
  readonly stack: string;
  /** Where AWS is called, and as whom: the region, profile and roles of the stack's configuration. */
  readonly location: AwsLocation;
  /** Id of the load client; absent with `client: none`. */
  readonly clientInstanceId?: string;
}

/**
 * Reads what a stack has put out.
 *
 * @throws OperationError when the stack is not deployed, and whatever keeps Pulumi from saying it
 */
export async function readDeployedStack(stack: string, { projectDir, pulumi }: Io): Promise<DeployedStack> {
  const { project, config } = readStackSettings(stack, projectDir);
  const location = locationOf<AwsLocation>(parseConfig(config, project, stack).location);
  const printed = parseJson(await readFromPulumi(["stack", "output", "--json"], stack, pulumi));
  const { data, error } = outputs.safeParse(printed);
  if (data === undefined) {
    const missing = [...new Set(error.issues.map(({ path: [name] }) => String(name)))];
    const why =
      Object.keys(printed ?? {}).length === 0
        ? "is not deployed"
        : `lacks the outputs ${missing.join(", ")}: its deployment is unfinished, or of an older version`;
    throw new OperationError(`stack ${stack} ${why}; type: npm run up -- --stack ${stack}`);
  }
  const [, , , , accountId] = data.clusterArn.split(":");
  const { clientInstanceId: client, ...others } = data;
  return {
    ...others,
    project,
    stack,
    location: { ...location, accountId },
    ...(client === "none" ? {} : { clientInstanceId: client }),
  };
}

/** The load client of a stack. @throws OperationError when it has none */
export function clientOf({ stack, clientInstanceId }: DeployedStack): string {
  if (clientInstanceId === undefined) {
    const command = `pulumi config set client load --stack ${stack} && npm run up -- --stack ${stack}`;
    throw new OperationError(`stack ${stack} has no load client; type: ${command}`);
  }
  return clientInstanceId;
}
