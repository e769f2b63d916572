import assert from "node:assert/strict";
import { whatWasLookedUp } from "../../../components/operations/dnsQueryLogs";

describe("what was looked up", () => {
  const [, own = ""] = /^\| filter query_name not like \/(.*)\/$/m.exec(whatWasLookedUp("dev.project.internal")) ?? [];

  const names: readonly [name: string, isOwn: boolean][] = [
    ["xray.eu-central-1.amazonaws.com.", true],
    ["amazonaws.com.", true],
    ["hello.dev.project.internal.", true],
    ["hello.devXproject.internal.", false],
    ["hello.other.project.internal.", false],
    ["example.com.", false],
    ["secret.amazonaws.com.example.com.", false],
    ["notamazonaws.com.", false],
  ];
  for (const [name, isOwn] of names) {
    it(`leaves ${name} ${isOwn ? "out" : "in"}`, () => assert.equal(new RegExp(own).test(name), isOwn));
  }
});
