import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { DnsFirewall } from "../../../components/network/dnsFirewall";
import type { EndpointNeed } from "../../../components/network/endpoints";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

let uses = 0;
const need = (endpoint: EndpointNeed["endpoint"], ...resources: pulumi.Input<string>[]): EndpointNeed => ({
  endpoint,
  statements: [{ Sid: `Use${++uses}`, Effect: "Allow", Action: ["s3:GetObject"], Resource: resources }],
});

/** The names which may be looked up. */
async function domains(containers: EndpointNeed[], client: EndpointNeed[] = [], hosts: readonly string[] = []) {
  const account = { region: "eu-west-1", accountId: pulumi.output("111122223333"), vpcId: "vpc-1" };
  const evaluation = await evaluateComponent(() => {
    new DnsFirewall("firewall", { ...account, endpoints: { containers, client }, hosts });
  });
  const type = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList";
  return evaluation.one(type, "firewall-allowed").inputs.domains;
}

describe("the names which a DNS firewall allows", () => {
  const inRegion = (...names: string[]) => names.map((name) => `${name}.eu-west-1.amazonaws.com.`);

  it("are the private names of the endpoints, each once", async () => {
    assert.deepEqual(
      await domains([need("xray"), need("logs"), need("ecr.api")], [need("ssm"), need("logs")]),
      inRegion("api.ecr", "logs", "xray", "ssm"),
    );
  });

  it("are the buckets which the policy of S3's endpoint names, and no others", async () => {
    const layers = need("s3", "arn:aws:s3:::layers/*", "arn:aws:s3:::layers/more/*");
    assert.deepEqual(
      await domains([layers], [need("s3", "arn:aws:s3:::packages/*")]),
      inRegion("layers.s3", "layers.s3.dualstack", "packages.s3", "packages.s3.dualstack"),
    );
  });

  it("are hosts by their names, not by their addresses", async () => {
    const hosts = ["*.dev.example.internal", "10.1.0.5", "proxy.example.internal"];
    assert.deepEqual(await domains([], [], hosts), ["*.dev.example.internal.", "proxy.example.internal."]);
  });

  for (const arn of ["arn:aws:s3:::*/*", "*", "of arn:aws:s3:::layers/*", pulumi.output("arn:aws:s3:::layers/*")]) {
    it(`refuse S3 for ${typeof arn === "string" ? arn : "a bucket that is not known yet"}`, async () => {
      await assert.rejects(domains([need("s3", arn)]), /does not name a bucket/);
    });
  }
});
