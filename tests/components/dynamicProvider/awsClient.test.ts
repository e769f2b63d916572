import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { withClients } from "../../../components/dynamicProvider/awsClient";
import { type AwsLocation, calledServices } from "../../../components/dynamicProvider/awsLocation";
import { LocalServer } from "../../processes/localServer";

type Service = (typeof calledServices)[number];
type Clients = Parameters<Parameters<typeof withClients<Service, unknown>>[2]>[0];

/** What these tests look at in a client of any service. */
interface Client {
  readonly config: {
    region(): Promise<string>;
    maxAttempts(): Promise<number>;
    readonly profile?: string;
    readonly requestHandler: object;
  };
  destroy(): void;
}

/** What the SDK's handler of requests tells and is told of its settings. */
interface NodeHttpHandler {
  httpHandlerConfigs(): Record<string, unknown>;
  updateHttpClientConfig(name: "requestTimeout", milliseconds: number): void;
}

const services: { readonly [service in Service]: { attempts: number; call: (clients: Clients) => Promise<unknown> } } =
  {
    ec2: { attempts: 1, call: ({ ec2 }) => ec2.describeNatGateways({}) },
    scheduler: { attempts: 1, call: ({ scheduler }) => scheduler.listSchedules({}) },
    ecs: { attempts: 3, call: ({ ecs }) => ecs.describeTasks({ tasks: ["task"] }) },
    ecr: { attempts: 3, call: ({ ecr }) => ecr.batchGetImage({ repositoryName: "name", imageIds: [] }) },
    logs: { attempts: 3, call: ({ logs }) => logs.getLogEvents({ logStreamName: "stream" }) },
    ssm: { attempts: 3, call: ({ ssm }) => ssm.describeInstanceInformation({}) },
    sts: { attempts: 3, call: ({ sts }) => sts.getCallerIdentity({}) },
    resourcegroupstaggingapi: { attempts: 3, call: (clients) => clients.resourcegroupstaggingapi.getResources({}) },
    xray: { attempts: 3, call: ({ xray }) => xray.getGroup({}) },
  };

const region = "eu-north-1";

describe("the clients of AWS", () => {
  const silent = new LocalServer(() => {});
  const refusing = new LocalServer((_request, response) => response.writeHead(400).end());
  let environment: NodeJS.ProcessEnv;

  before(() => Promise.all([silent.listen(), refusing.listen()]));
  after(() => Promise.all([silent.close(), refusing.close()]));

  beforeEach(() => {
    environment = { ...process.env };
    const credentials = { AWS_ACCESS_KEY_ID: "AKIATEST", AWS_SECRET_ACCESS_KEY: "test" };
    Object.assign(process.env, { ...credentials, AWS_CONFIG_FILE: "/dev/null" });
  });

  afterEach(() => {
    process.env = environment;
  });

  for (const service of calledServices) {
    const { attempts, call } = services[service];
    const connect = <T>(location: AwsLocation, work: (client: Client, clients: Clients) => Promise<T>) =>
      withClients(location, [service], (clients) => work(clients[service], clients as Clients));

    it(`of ${service} gives up when AWS takes the call and never answers`, async () => {
      process.env.AWS_ENDPOINT_URL = silent.url;
      const calling = connect({ region }, ({ config }, clients) => {
        (config.requestHandler as NodeHttpHandler).updateHttpClientConfig("requestTimeout", 20);
        return call(clients);
      });
      await assert.rejects(calling, { name: "TimeoutError" });
    });

    it(`of ${service} is told region and profile, how long to wait and how often to send a call`, async () => {
      process.env.AWS_ENDPOINT_URL = refusing.url;
      await connect({ region }, async ({ config }, clients) => {
        await assert.rejects(call(clients));
        const handler = config.requestHandler as NodeHttpHandler;
        const { connectionTimeout, requestTimeout, throwOnRequestTimeout } = handler.httpHandlerConfigs();
        assert.deepEqual([connectionTimeout, requestTimeout, throwOnRequestTimeout], [5_000, 30_000, true]);
        assert.deepEqual([await config.region(), await config.maxAttempts()], [region, attempts]);
        assert.notEqual(config.profile, "deployer");
      });
      assert.equal(await connect({ region, profile: "deployer" }, async ({ config }) => config.profile), "deployer");
    });
  }

  it("are destroyed when the work is done, also when it has failed", async () => {
    const destroyed: string[] = [];
    for (const cause of [undefined, new Error("no such task")]) {
      const working = withClients({ region }, ["ecs", "logs"], async ({ ecs, logs }) => {
        ecs.destroy = () => void destroyed.push("ecs");
        logs.destroy = () => void destroyed.push("logs");
        assert.deepEqual(destroyed.splice(0), []);
        return cause === undefined ? "done" : Promise.reject(cause);
      });
      assert.equal(await working.catch((error: unknown) => error), cause ?? "done");
      assert.deepEqual(destroyed.splice(0), ["ecs", "logs"]);
    }
  });

  it("are made in one place: no other component takes more than types from the SDK", () => {
    const components = join(__dirname, "../../../components");
    const found = readdirSync(components, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".ts") && path !== join("dynamicProvider", "awsClient.ts"))
      .flatMap((path) => {
        const uses = readFileSync(join(components, path), "utf8").match(/^.*"@(aws-sdk|smithy)\/.*$/gm) ?? [];
        return uses.filter((line) => !line.startsWith("import type ")).map((line) => `${path}: ${line.trim()}`);
      });
    assert.deepEqual(found, []);
  });
});
