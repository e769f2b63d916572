import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as awsClient from "../../../components/dynamicProvider/awsClient";
import type { AwsLocation } from "../../../components/dynamicProvider/awsLocation";
import { LocalServer } from "../../processes/localServer";

/** What these tests do with a client of any service. */
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

/** A client, and a call of it to try it with. */
function client<T extends Client>(
  connect: (location: AwsLocation) => Promise<T>,
  call: (connected: T) => Promise<unknown>,
) {
  return {
    connect: connect as (location: AwsLocation) => Promise<Client>,
    call: call as (connected: Client) => Promise<unknown>,
  };
}

/** Every client there is, by the name of the function that makes it. */
const clients = {
  connectEc2: client(awsClient.connectEc2, (ec2) => ec2.describeNatGateways({})),
  connectScheduler: client(awsClient.connectScheduler, (scheduler) => scheduler.listSchedules({})),
  connectEcs: client(awsClient.connectEcs, (ecs) => ecs.describeTasks({ tasks: ["task"] })),
  connectEcr: client(awsClient.connectEcr, (ecr) => ecr.batchGetImage({ repositoryName: "name", imageIds: [] })),
  connectLogs: client(awsClient.connectLogs, (logs) => logs.getLogEvents({ logStreamName: "stream" })),
  connectSsm: client(awsClient.connectSsm, (ssm) => ssm.describeInstanceInformation({})),
  connectTagging: client(awsClient.connectTagging, (tagging) => tagging.getResources({})),
  connectSts: client(awsClient.connectSts, (sts) => sts.getCallerIdentity({})),
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

  it("are all in this test", () => {
    const made = Object.keys(awsClient).filter((name) => name.startsWith("connect"));
    assert.deepEqual(made.sort(), Object.keys(clients).sort());
  });

  for (const [name, { connect, call }] of Object.entries(clients)) {
    it(`made by ${name} give up when AWS takes the call and never answers`, async () => {
      process.env.AWS_ENDPOINT_URL = silent.url;
      const connected = await connect({ region });
      const handler = connected.config.requestHandler as NodeHttpHandler;
      handler.updateHttpClientConfig("requestTimeout", 20);
      try {
        await assert.rejects(call(connected), { name: "TimeoutError" });
      } finally {
        connected.destroy();
      }
    });

    it(`made by ${name} are told the region, how long to wait and how often to send a call`, async () => {
      process.env.AWS_ENDPOINT_URL = refusing.url;
      const connected = await connect({ region });
      try {
        await assert.rejects(call(connected));
        const handler = connected.config.requestHandler as NodeHttpHandler;
        const { connectionTimeout, requestTimeout, throwOnRequestTimeout } = handler.httpHandlerConfigs();
        assert.deepEqual([connectionTimeout, requestTimeout, throwOnRequestTimeout], [5_000, 30_000, true]);
        assert.equal(await connected.config.region(), region);
        const once = connect === clients.connectEc2.connect || connect === clients.connectScheduler.connect;
        assert.equal(await connected.config.maxAttempts(), once ? 1 : 3);
      } finally {
        connected.destroy();
      }
    });

    it(`made by ${name} take their credentials from the profile they are told, else from where the SDK finds them`, async () => {
      const [told, untold] = await Promise.all([connect({ region, profile: "deployer" }), connect({ region })]);
      assert.equal(told.config.profile, "deployer");
      assert.notEqual(untold.config.profile, "deployer");
      told.destroy();
      untold.destroy();
    });
  }

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
