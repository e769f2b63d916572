import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { allowedDomains } from "../../../components/network/dnsFirewall";
import type { Endpoint, EndpointNeed } from "../../../components/network/endpoints";

let uses = 0;
const need = (endpoint: Endpoint, ...resources: pulumi.Input<string>[]): EndpointNeed => ({
  endpoint,
  statements: [{ Sid: `Use${++uses}`, Effect: "Allow", Action: ["s3:GetObject"], Resource: resources }],
});

function domains(
  containers: EndpointNeed[],
  client: EndpointNeed[] = [],
  hosts: readonly string[] = [],
): Promise<string[]> {
  const lookups = { region: "eu-west-1", accountId: pulumi.output("111122223333"), endpoints: { containers, client } };
  return new Promise((resolve) => pulumi.all(allowedDomains({ ...lookups, hosts })).apply(resolve));
}

describe("allowedDomains", () => {
  it("are the private names of the endpoints, each once", async () => {
    assert.deepEqual(await domains([need("xray"), need("logs"), need("ecr.api")], [need("ssm"), need("logs")]), [
      "api.ecr.eu-west-1.amazonaws.com.",
      "logs.eu-west-1.amazonaws.com.",
      "xray.eu-west-1.amazonaws.com.",
      "ssm.eu-west-1.amazonaws.com.",
    ]);
  });

  it("are this account's where an account has names of its own", async () => {
    assert.deepEqual(await domains([need("ecr.dkr"), need("dynamodb")]), [
      "111122223333.dkr.ecr.eu-west-1.amazonaws.com.",
      "dynamodb.eu-west-1.amazonaws.com.",
      "111122223333.ddb.eu-west-1.amazonaws.com.",
    ]);
  });

  it("are the buckets which the policy of S3's endpoint names, and no others", async () => {
    const layers = need("s3", "arn:aws:s3:::layers/*", "arn:aws:s3:::layers/more/*");
    assert.deepEqual(await domains([layers], [need("s3", "arn:aws:s3:::packages/*")]), [
      "layers.s3.eu-west-1.amazonaws.com.",
      "layers.s3.dualstack.eu-west-1.amazonaws.com.",
      "packages.s3.eu-west-1.amazonaws.com.",
      "packages.s3.dualstack.eu-west-1.amazonaws.com.",
    ]);
  });

  it("are hosts by their names, not by their addresses", async () => {
    assert.deepEqual(await domains([], [], ["*.dev.example.internal", "10.1.0.5", "proxy.example.internal"]), [
      "*.dev.example.internal.",
      "proxy.example.internal.",
    ]);
  });

  for (const arn of ["arn:aws:s3:::*/*", "*", "of arn:aws:s3:::layers/*", pulumi.output("arn:aws:s3:::layers/*")]) {
    it(`refuse S3 for ${typeof arn === "string" ? arn : "a bucket that is not known yet"}`, async () => {
      await assert.rejects(domains([need("s3", arn)]), /does not name a bucket/);
    });
  }
});
