import assert from "node:assert/strict";
import { runChecks } from "../../tools/checks";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { evaluateVariant } from "./evaluateVariant";
import { daemonContainer, helloContainer } from "./expectedContainers";
import { counts, endpoints, roles, rules } from "./expectedHello";
import { StackGraph } from "./stackGraph";

describe("stack proxy", () => {
  let evaluation: Evaluation;
  let graph: StackGraph;
  before(async () => {
    evaluation = await evaluateVariant("proxy");
    graph = new StackGraph(evaluation);
  });
  const imageOf = (name: string) => graph.one("awsx:ecr:Image", name).outputs.imageUri;

  it("has as many endpoints beside the containers as the configuration keeps addresses for", () => {
    assert.deepEqual(graph.interfacesOfEndpoints(), { made: 3, counted: 3 });
  });

  it("runs to its end, and no check finds anything", async () => {
    assert.deepEqual(evaluation.errors, []);
    assert.deepEqual(await runChecks(evaluation), []);
  });

  it("runs the daemon from the private registry, told to use the proxy, and names no proxy in any environment", () => {
    assert.deepEqual(graph.containers("hello"), [
      helloContainer("proxy", imageOf("hello")),
      {
        ...daemonContainer("proxy", "hello", imageOf("collector")),
        command: ["-o", "-l", "info", "-p", "http://proxy.example.internal:3128"],
      },
    ]);
  });

  it("builds both images, the daemon's from the public one", () => {
    assert.deepEqual(graph.builtImages(), [
      ["hello", "service", { SERVICE: "hello" }],
      ["collector", "daemon", { XRAY_DAEMON_IMAGE: "public.ecr.aws/xray/aws-xray-daemon:3.6.7" }],
    ]);
  });

  it("has no endpoint for X-Ray, and no way out at any time", () => {
    assert.deepEqual(graph.endpoints(), endpoints("proxy", ["hello", "collector"]));
    assert.deepEqual(graph.waysOut(), []);
    assert.equal(evaluation.outputs.natGateway, "none");
  });

  it("lets the containers reach the proxy's port at the proxy's addresses, and nothing else new", () => {
    assert.deepEqual(graph.rules(), [...rules, "network-hello: tcp/3128 to 10.1.0.0/28"].sort());
  });

  it("lets the task send traces, and pull and log through its execution role", () => {
    assert.deepEqual(graph.roles(), roles("proxy", ["hello", "collector"]));
  });

  it("is made of nothing else", () => {
    assert.deepEqual(graph.counts(), {
      ...counts,
      Repository: 2,
      "docker-build:index:Image": 2,
      LifecyclePolicy: 2,
      VpcEndpoint: 6,
      SecurityGroupIngressRule: 3,
      SecurityGroupEgressRule: 6,
    });
  });
});
