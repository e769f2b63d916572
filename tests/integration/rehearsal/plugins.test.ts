import assert from "node:assert/strict";
import { findPlugin, missingPlugin } from "./plugins";

const plugin = { name: "aws", version: "7.48.0" };
const inHome = (home: string) => `${home}/plugins/resource-aws-v7.48.0/pulumi-resource-aws`;

describe("Pulumi's plugin for AWS", () => {
  const environment = { HOME: "/home/me", PATH: "/bin::/usr/bin" };
  const cases: [where: string, environment: Record<string, string>, file: string][] = [
    ["in the person's home", environment, inHome("/home/me/.pulumi")],
    ["in PULUMI_HOME", { ...environment, PULUMI_HOME: "/pulumi" }, inHome("/pulumi")],
    ["on PATH", environment, "/usr/bin/pulumi-resource-aws"],
  ];
  for (const [where, given, file] of cases) {
    it(`is found ${where}`, () => {
      assert.equal(
        findPlugin(plugin, given, (path) => path === file),
        file,
      );
    });
  }

  it("is taken from the home rather than from PATH, where it may be of another version", () => {
    assert.equal(
      findPlugin(plugin, environment, () => true),
      inHome("/home/me/.pulumi"),
    );
  });

  it("is missed with the command that installs it", () => {
    assert.equal(
      findPlugin(plugin, environment, () => false),
      undefined,
    );
    assert.match(missingPlugin(plugin), /: pulumi plugin install resource aws 7\.48\.0$/);
  });
});
