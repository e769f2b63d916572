import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

const room = join(__dirname, "../../../components/temporaryNatGateway");

describe("the example in the README of the temporary NAT gateway", () => {
  const [, block = ""] = /^```ts\n(.*?)^```$/ms.exec(readFileSync(join(room, "README.md"), "utf8")) ?? [];

  it("is the file beside this test, which `npm run check` compiles", () => {
    const example = readFileSync(join(__dirname, "example.ts"), "utf8");
    assert.equal(block.replace('"./components/', '"../../../components/'), example);
  });

  it("opens before the service and closes after it", async () => {
    const evaluation = await evaluateComponent(() => require("./example"));
    assert.deepEqual(Object.keys(evaluation.outputs), ["natGateway"]);
    const custom = evaluation.resources.filter((resource) => resource.custom);
    assert.deepEqual(
      custom.map((resource) => [resource.name, [...new Set(evaluation.dependencyNames(resource))].sort()]),
      [
        ["egress-dead-man-switch", []],
        ["egress-dead-man-switch", ["egress-dead-man-switch"]],
        ["egress-safeguard", ["egress-dead-man-switch"]],
        ["egress-lease", ["egress-dead-man-switch", "egress-safeguard"]],
        ["nginx", ["egress-lease"]],
        ["egress-release", ["egress-lease", "nginx"]],
      ],
    );
  });
});
