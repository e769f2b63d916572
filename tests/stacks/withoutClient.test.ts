import assert from "node:assert/strict";
import { runChecks } from "../../tools/checks";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { evaluateVariant } from "./evaluateVariant";
import { StackGraph } from "./stackGraph";

describe("a stack without a load client", () => {
  let dev: Evaluation;
  let graph: StackGraph;
  before(async () => {
    dev = await evaluateVariant("dev", { client: "none" });
    graph = new StackGraph(dev);
  });

  it("runs to its end, and no check finds anything", async () => {
    assert.deepEqual(dev.errors, []);
    assert.deepEqual(await runChecks(dev), []);
  });

  it("has nothing of the client's: no instance, role, subnet, group or endpoint", () => {
    const names = dev.resources.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => /client|ssm/.test(name)),
      [],
    );
    assert.deepEqual(graph.ofType("aws:ec2/instance:Instance"), []);
    assert.deepEqual(Object.keys(graph.endpoints()), [
      "Interface ecr.api",
      "Interface ecr.dkr",
      "Interface logs",
      "Interface xray",
      "Gateway s3",
    ]);
    assert.deepEqual(graph.endpoints()["Gateway s3"], [
      "s3:GetObject on arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*",
    ]);
  });

  it("lets nobody call the service", () => {
    assert.deepEqual(graph.rules(), [
      "network-container-endpoints: tcp/443 from network-hello",
      "network-hello: tcp/443 to network-container-endpoints",
      "network-hello: tcp/443 to network-s3",
    ]);
  });

  it("leaves the other subnets where they are with a client", async () => {
    const subnets = (evaluation: Evaluation) =>
      new StackGraph(evaluation)
        .ofType("aws:ec2/subnet:Subnet")
        .map(({ name, inputs }) => [name, inputs.cidrBlock])
        .filter(([name]) => name !== "network-client");
    const withClient = subnets(await evaluateVariant("dev", { client: "load" }));
    assert.deepEqual(subnets(dev), withClient);
    assert.equal(withClient.length, 2);
  });

  it("says in the client's outputs that there is none, and costs what is left", () => {
    const { clientInstanceId, startSession, forwardPort, sendLoad } = dev.outputs;
    assert.deepEqual([clientInstanceId, startSession, forwardPort, sendLoad], ["none", "none", "none", "none"]);
    const { client, interfaceEndpoints, total } = dev.outputs.monthlyCost as Record<string, number>;
    assert.deepEqual([client, interfaceEndpoints, total], [0, 29.2, 44.12]);
  });

  it("deploys the chain, whose page nobody but the client calls", async () => {
    const chain = await evaluateVariant("chain", { client: "none" });
    assert.deepEqual(chain.errors, []);
    assert.deepEqual(await runChecks(chain), []);
    const called = new StackGraph(chain).rules().filter((rule) => rule.includes("tcp/8080 from"));
    assert.deepEqual(called, [
      "network-bff: tcp/8080 from network-frontend",
      "network-date: tcp/8080 from network-bff",
      "network-time: tcp/8080 from network-bff",
    ]);
  });
});
