import type { AddressInfo } from "node:net";
import type { FastifyInstance } from "fastify";
import pino from "pino";
import { bff } from "../../../app/bff/service";
import { date } from "../../../app/date/service";
import { frontend } from "../../../app/frontend/service";
import { buildService, type ServiceDefinition } from "../../../app/service";
import { time } from "../../../app/time/service";
import { formatTrace, traceTrees } from "../../../tools/localRun/checks/traceTree";
import { DynamodbStandIn } from "../../../tools/localRun/standIns/dynamodb";
import { type Daemon, startDaemon } from "./daemon";

export const silent = pino({ level: "silent" });

/** Builds a service and lets it listen on a free port of this machine. */
export async function serve(definition: ServiceDefinition, environment: Record<string, string>) {
  const app = buildService(definition, environment, silent);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}` };
}

/** The four services in this process, with one daemon for all of them, and a table. */
export interface Chain {
  readonly daemon: Daemon;
  readonly dynamodb: DynamodbStandIn;
  readonly frontendUrl: string;
  readonly bffUrl: string;
  readonly dateUrl: string;
  readonly timeUrl: string;
  close(): Promise<void>;
}

const variables = ["AWS_ENDPOINT_URL_DYNAMODB", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/** @param environment what is different in the environment of all services */
export async function startChain(environment: Record<string, string> = {}): Promise<Chain> {
  const daemon = await startDaemon();
  const dynamodb = new DynamodbStandIn([{ name: "table", key: { name: "SubAppId", type: "S" } }]);
  const before = variables.map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, await dynamodb.listen());
  const apps: FastifyInstance[] = [];
  const start = async (definition: ServiceDefinition, own: Record<string, string>): Promise<string> => {
    const common = { TRACING: "xray", AWS_XRAY_DAEMON_ADDRESS: daemon.address, AWS_REGION: "eu-central-1" };
    const { app, url } = await serve(definition, { ...common, ...own, ...environment });
    apps.unshift(app);
    return url;
  };
  const dateUrl = await start(date, { TABLE_NAME: "table" });
  const timeUrl = await start(time, { TABLE_NAME: "table" });
  const bffUrl = await start(bff, { DATE_URL: dateUrl, TIME_URL: timeUrl });
  const frontendUrl = await start(frontend, { BFF_URL: bffUrl, TRACING: "none" });
  return {
    ...{ daemon, dynamodb, frontendUrl, bffUrl, dateUrl, timeUrl },
    async close() {
      for (const app of apps) await app.close();
      await Promise.all([dynamodb.close(), daemon.close()]);
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name];
        else process.env[name] = value;
      }
    },
  };
}

export const ROOT = "1-5759e988-bd862e3fe1be46a994272793";
/** The header of a request which is traced, whatever the rules say. */
export const SAMPLED = { "x-amzn-trace-id": `Root=${ROOT};Sampled=1` };

/** What has arrived, as a call tree. */
export function treeOf({ segments }: Daemon): string[] {
  return traceTrees(segments).flatMap(formatTrace);
}
