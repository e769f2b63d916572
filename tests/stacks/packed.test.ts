import assert from "node:assert/strict";
import { runChecks } from "../../tools/checks";
import type { Evaluation } from "../../tools/evaluation/evaluation";
import { evaluateVariant } from "./evaluateVariant";
import { packedContainer } from "./expectedContainers";
import { counts, endpoints, roles, rules, xrayEndpoint } from "./expectedHello";
import { StackGraph } from "./stackGraph";

describe("stack packed", () => {
  let evaluation: Evaluation;
  let graph: StackGraph;
  before(async () => {
    evaluation = await evaluateVariant("packed");
    graph = new StackGraph(evaluation);
  });

  it("has as many endpoints beside the containers as the configuration keeps addresses for", () => {
    assert.deepEqual(graph.interfacesOfEndpoints(), { made: 4, counted: 4 });
  });

  it("runs to its end, and no check finds anything", async () => {
    assert.deepEqual(evaluation.errors, []);
    assert.deepEqual(await runChecks(evaluation), []);
  });

  it("runs one container, which is the app's with the daemon's share, under ECS's init", () => {
    const { imageUri } = graph.one("awsx:ecr:Image", "hello").outputs;
    assert.deepEqual(graph.containers("hello"), [packedContainer("packed", imageUri)]);
  });

  it("builds one image, of the app and the daemon's binary", () => {
    const args = { SERVICE: "hello", XRAY_DAEMON_IMAGE: "public.ecr.aws/xray/aws-xray-daemon:3.6.7" };
    assert.deepEqual(graph.builtImages(), [["hello", "packed", args]]);
  });

  it("has the endpoints of a sidecar, and no way out at any time", () => {
    assert.deepEqual(graph.endpoints(), { ...endpoints("packed", ["hello"]), ...xrayEndpoint });
    assert.deepEqual(graph.waysOut(), []);
    assert.equal(evaluation.outputs.natGateway, "none");
  });

  it("has the rules and the roles of a sidecar", () => {
    assert.deepEqual(graph.rules(), rules);
    assert.deepEqual(graph.roles(), roles("packed", ["hello"]));
  });

  it("is made of nothing else", () => {
    assert.deepEqual(graph.counts(), {
      ...counts,
      Repository: 1,
      LifecyclePolicy: 1,
      VpcEndpoint: 7,
      SecurityGroupIngressRule: 3,
      SecurityGroupEgressRule: 5,
    });
  });

  it("proves with a daemon under the supervisor that it needs no NAT gateway, when it had one", async () => {
    const opened = await evaluateVariant("packed", { egress: "temporary-nat-gateway" });
    assert.deepEqual(opened.errors, []);
    const release = new StackGraph(opened).one(
      "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayRelease",
      "egress-release",
    );
    const { tasks } = release.inputs.proof as { tasks: Record<string, unknown>[] };
    assert.deepEqual(
      tasks.map(({ container, command, cachedImages }) => ({ container, command, cachedImages })),
      [{ container: "hello", command: ["--once", "node", "probe.cjs"], cachedImages: [] }],
    );
  });
});
