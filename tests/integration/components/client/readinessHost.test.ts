import assert from "node:assert/strict";
import { readinessProvider } from "../../../../components/client/readiness/readiness";
import { SsmDouble } from "../../../aws/ssmDouble";
import {
  DynamicProviderHost,
  HostError,
  ManagedResource,
  type Properties,
  serializeProvider,
} from "../../../pulumi/dynamicProviderHost";

const id = "i-0123456789abcdef0";
const inputs = { region: "eu-central-1", instanceId: id, deadlineSeconds: 10, pollIntervalSeconds: 0.01 };
const success = {
  Status: "Success",
  ResponseCode: 0,
  StandardOutputContent: "This is ApacheBench, Version 2.3 <$Revision: 1923142 $>\n",
};

/** Properties without the provider's code. */
function facts(properties: Properties | undefined): Properties {
  const { __provider, ...rest } = properties ?? {};
  assert.ok(typeof __provider === "string", "the provider's code has to stay with the resource");
  return rest;
}

describe("readinessProvider in Pulumi's dynamic-provider host", () => {
  let ssm: SsmDouble;
  let host: DynamicProviderHost;
  let code: string;
  let resource: ManagedResource;

  before(async () => {
    ssm = await SsmDouble.start();
    code = await serializeProvider(readinessProvider);
    host = await DynamicProviderHost.start({ env: ssm.environment });
  });

  after(async () => {
    await host?.stop();
    await ssm?.stop();
    assert.deepEqual(ssm.refused(), []);
  });

  beforeEach(() => {
    resource = new ManagedResource(host, code);
    ssm.calls.length = 0;
    ssm.instances.clear();
  });

  it("is created, stays the same, is refreshed, updated and deleted", async () => {
    ssm.instances.set(id, { pings: [undefined, "Online"], commands: [[{ Status: "InProgress" }, success]] });
    assert.equal(await resource.up(inputs), "create");
    assert.equal(resource.state?.id, id);
    const outputs = { ...inputs, agentVersion: "3.3.3050.0", abVersion: "2.3" };
    assert.deepEqual(facts(resource.state?.outputs), outputs);
    assert.deepEqual(ssm.operations(), [
      "DescribeInstanceInformation",
      "DescribeInstanceInformation",
      "SendCommand",
      "GetCommandInvocation",
      "GetCommandInvocation",
      "GetCommandInvocation",
    ]);
    ssm.calls.length = 0;

    assert.equal(await resource.up(inputs), "same");
    // The agent updates itself, the instance is stopped, then gone: no drift, for the client was ready.
    ssm.instances.set(id, { pings: ["ConnectionLost"], agentVersion: "3.4.1.0" });
    assert.equal(await resource.refresh(), false);
    ssm.instances.clear();
    assert.equal(await resource.refresh(), false);
    assert.equal(resource.state?.id, id);

    assert.equal(await resource.up({ ...inputs, deadlineSeconds: 20, profile: "work" }), "update");
    assert.deepEqual(facts(resource.state?.outputs), { ...outputs, deadlineSeconds: 20, profile: "work" });
    assert.equal(await resource.up({ ...inputs, deadlineSeconds: 20 }), "update");
    assert.deepEqual(facts(resource.state?.outputs), { ...outputs, deadlineSeconds: 20 });

    await resource.destroy();
    assert.deepEqual(ssm.calls, [], "only creating asks AWS");
  });

  it("is to be replaced with the instance, even while the new id is unknown", async () => {
    ssm.instances.set(id, { pings: ["Online"], commands: [[success]] });
    await resource.up(inputs);
    const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
    const news = { ...inputs, instanceId: unknown, __provider: code };
    const checked = await host.check(resource.state?.inputs ?? {}, news);
    assert.deepEqual(checked, { inputs: news, failures: [] });
    assert.deepEqual(await host.diff(id, resource.state?.outputs ?? {}, news), {
      changes: true,
      replaces: ["instanceId"],
      deleteBeforeReplace: false,
    });
  });

  it("fails with what it saw last, and leaves nothing in the state", async () => {
    await assert.rejects(resource.up({ ...inputs, deadlineSeconds: 0.1 }), (error) => {
      assert.ok(error instanceof HostError);
      assert.match(error.message, /to come online \(not registered\)\nThe agent needs the endpoints/);
      assert.equal(error.partial, undefined);
      return true;
    });
    assert.equal(resource.state, undefined);
  });

  it("ends on the SIGINT of the CLI", async () => {
    const interrupted = await DynamicProviderHost.start({ env: ssm.environment });
    try {
      const waiting = new ManagedResource(interrupted, code).up({ ...inputs, pollIntervalSeconds: 5 });
      const outcome = assert.rejects(waiting, /interrupted while waiting for its SSM Agent to come online/);
      while (ssm.calls.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      interrupted.process.kill("SIGINT");
      await outcome;
    } finally {
      await interrupted.stop();
    }
  });
});
