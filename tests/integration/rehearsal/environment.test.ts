import assert from "node:assert/strict";
import { assertLoopback, cliEnvironment, ElsewhereError } from "./environment";

const refused: [name: string, value: string][] = [
  ["AWS_ENDPOINT_URL", "https://ec2.eu-central-1.amazonaws.com"],
  ["AWS_ENDPOINT_URL_EC2", "http://10.0.0.1:5000"],
  ["AWS_ENDPOINT_URL_S3", "http://127.0.0.1.example.com"],
  ["AWS_ENDPOINT_URL_ECS", "ecs.example.com"],
  ["AWS_ENDPOINT_URL_SSM", "http://localhost@example.com"],
];

describe("a rehearsal stays on this machine", () => {
  for (const [name, value] of refused) {
    it(`refuses ${name}=${value}`, () => {
      assert.throws(() => assertLoopback({ [name]: value }), ElsewhereError);
    });
  }

  it("refuses endpoints in the settings of a stack", () => {
    const endpoints = (ec2: string) => ({ "aws:endpoints": JSON.stringify([{ ec2 }]) });
    assert.throws(() => assertLoopback({}, endpoints("https://ec2.eu-central-1.amazonaws.com")), /aws:endpoints/);
    assertLoopback({}, endpoints("http://localhost:4566"));
  });

  for (const url of ["http://127.0.0.1:5000", "http://localhost", "http://[::1]:5000/"]) {
    it(`allows ${url}`, () => {
      assertLoopback({ AWS_ENDPOINT_URL: url, AWS_ENDPOINT_URL_EC2: url, AWS_PROFILE: "mine" });
    });
  }

  it("gives the CLI nothing of the caller's account and of the caller's Pulumi", () => {
    const caller = {
      PATH: "/bin",
      HOME: "/home/me",
      AWS_PROFILE: "mine",
      AWS_SESSION_TOKEN: "secret",
      AWS_USE_FIPS_ENDPOINT: "true",
      PULUMI_ACCESS_TOKEN: "secret",
      PULUMI_HOME: "/home/me/.pulumi",
    };
    const settings = {
      endpoint: "http://127.0.0.1:1",
      program: "/tools/pulumi",
      home: "/tmp/home",
      state: "/tmp/state",
    };
    const environment = cliEnvironment(caller, settings);
    assert.equal(environment.AWS_PROFILE, undefined);
    assert.equal(environment.AWS_USE_FIPS_ENDPOINT, undefined);
    assert.equal(environment.PULUMI_ACCESS_TOKEN, undefined);
    assert.doesNotMatch(JSON.stringify(environment), /secret/);
    assert.equal(environment.AWS_ENDPOINT_URL, "http://127.0.0.1:1");
    assert.equal(environment.PULUMI_HOME, "/tmp/home");
    assert.equal(environment.PULUMI_BACKEND_URL, "file:///tmp/state");
    assert.equal(environment.PATH, "/tools:/bin");
    assert.equal(environment.HOME, "/home/me");
  });
});
