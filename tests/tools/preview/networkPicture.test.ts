import assert from "node:assert/strict";
import type { Evaluation, RecordedResource } from "../../../tools/evaluation/evaluation";
import { networkPicture, stackPicture } from "../../../tools/preview/networkPicture/networkPicture";
import { evaluateVariant } from "../../stacks/evaluateVariant";
import { recorded } from "../checks/recorded";

const ruleType = (direction: "Ingress" | "Egress") =>
  `aws:vpc/securityGroup${direction}Rule:SecurityGroup${direction}Rule`;

/** A stack with something planted in it, by what the program has made. */
async function planted(plant: (idOf: (name: string, type: string) => string) => RecordedResource[], stack = "dev") {
  const evaluation = await evaluateVariant(stack);
  const idOf = (name: string, type: string) => {
    const found = evaluation.resources.find((each) => each.name === name && each.type.endsWith(`:${type}`));
    assert.ok(found?.id);
    return found.id;
  };
  return { ...evaluation, resources: [...evaluation.resources, ...plant(idOf)] };
}

async function without(name: string, stack = "dev"): Promise<Evaluation> {
  const evaluation = await evaluateVariant(stack);
  const resources = evaluation.resources.filter((each) => each.name !== name);
  assert.notEqual(resources.length, evaluation.resources.length);
  return { ...evaluation, resources };
}

/** The picture in words, which are those of its `desc`. */
function wordsOf(picture: string): string {
  return /<desc[^>]*>([^<]*)<\/desc>/.exec(picture)?.[1] ?? "";
}

const shapesOf = (picture: string) => picture.slice(picture.indexOf("</style>"));
const rule = (direction: "Ingress" | "Egress", securityGroupId: string, port: number, peer: object) =>
  recorded(ruleType(direction), "planted", {
    securityGroupId,
    ipProtocol: "tcp",
    fromPort: port,
    toPort: port,
    ...peer,
  });
const route = (routeTableId: string, to: object) =>
  recorded("aws:ec2/route:Route", "planted", { routeTableId, destinationCidrBlock: "0.0.0.0/0", ...to });

/** What must not be there for good, and what the picture says of it. */
const lies: readonly (readonly [name: string, evaluation: () => Promise<Evaluation>, words: string])[] = [
  [
    "a default route",
    () => planted((id) => [route(id("network-private", "RouteTable"), { gatewayId: "igw-0a1b2c3d" })]),
    "routes: within the VPC, s3, 0.0.0.0/0 to internet gateway",
  ],
  [
    "a default route within a route table",
    () =>
      planted((id) => [
        recorded("aws:ec2/routeTable:RouteTable", "planted", {
          routes: [{ cidrBlock: "0.0.0.0/0", natGatewayId: "n" }],
        }),
        recorded("aws:ec2/routeTableAssociation:RouteTableAssociation", "planted", {
          routeTableId: "planted-id",
          subnetId: id("network-public", "Subnet"),
        }),
      ]).then(({ resources, ...rest }) => ({
        ...rest,
        resources: resources.filter(({ name, type }) => name !== "network-public" || !type.endsWith("Association")),
      })),
    "routes: within the VPC, 0.0.0.0/0 to NAT gateway",
  ],
  [
    "a rule that lets everybody in",
    () => planted((id) => [rule("Ingress", id("network-hello", "SecurityGroup"), 22, { cidrIpv4: "0.0.0.0/0" })]),
    "internet may reach hello on 22.",
  ],
  [
    "a rule that lets everything out, by a public address and a route",
    () =>
      planted((id) => [
        rule("Egress", id("network-client", "SecurityGroup"), 443, { cidrIpv6: "::/0" }),
        recorded("aws:ec2/internetGateway:InternetGateway", "planted", {}),
        route(id("network-private", "RouteTable"), { gatewayId: "planted-id" }),
      ]),
    "load client may reach the internet through the internet gateway on 443.",
  ],
];

describe("networkPicture", () => {
  for (const [name, evaluation, words] of lies) {
    it(`shows ${name} in red, at both moments`, async () => {
      const picture = stackPicture(await evaluation());
      assert.ok(wordsOf(picture).includes(words), wordsOf(picture));
      assert.equal(picture.match(/Open to the internet for good, by what is drawn in red/g)?.length, 4);
      assert.match(shapesOf(picture), /class="unwanted"/);
    });
  }

  it("shows no way to X-Ray where its endpoint is missing", async () => {
    const [whole, picture] = [await evaluateVariant("dev"), await without("network-xray")].map(stackPicture);
    assert.match(wordsOf(whole ?? ""), /hello may reach the endpoints ecr.api, ecr.dkr, logs, xray on 443/);
    assert.match(wordsOf(picture ?? ""), /hello may reach the endpoints ecr.api, ecr.dkr, logs on 443/);
    const arrows = (each = "") => shapesOf(each).match(/class="endpoint head"/g)?.length;
    assert.equal(Number(arrows(whole)) - Number(arrows(picture)), 2);
  });

  it("shows as blocked what only one side allows", async () => {
    const picture = networkPicture(await without("network-hello-from-client"), "after");
    assert.match(wordsOf(picture), /load client is blocked from reaching hello on 8080\./);
    assert.match(shapesOf(picture), /class="blocked"/);
  });

  it("shows as blocked a gateway endpoint to which no route leads", async () => {
    const evaluation = await evaluateVariant("dev");
    const resources = evaluation.resources.map((each) =>
      each.name === "network-s3" ? { ...each, inputs: { ...each.inputs, routeTableIds: [] } } : each,
    );
    const words = wordsOf(networkPicture({ ...evaluation, resources }, "after"));
    assert.match(words, /hello is blocked from reaching the gateway endpoint s3 on 443\./);
  });

  it("shows rules wherever a program writes them", async () => {
    const picture = networkPicture(
      await planted((id) => [
        recorded("aws:ec2/securityGroupRule:SecurityGroupRule", "older", {
          type: "ingress",
          securityGroupId: id("network-hello", "SecurityGroup"),
          protocol: "udp",
          fromPort: 53,
          toPort: 54,
          cidrBlocks: ["192.0.2.0/24"],
        }),
      ]),
      "after",
    );
    assert.match(wordsOf(picture), /addresses 192\.0\.2\.0\/24 may reach hello on udp\/53-54\./);
  });

  it("draws the NAT gateway while it is there, and never for a stack without one", async () => {
    const dev = await evaluateVariant("dev");
    const named = (picture: string) => /NAT gateway<\/text>/.test(picture);
    assert.deepEqual([named(networkPicture(dev, "during")), named(networkPicture(dev, "after"))], [true, false]);
    assert.match(
      wordsOf(networkPicture(dev, "during")),
      /hello may reach the internet through the temporary NAT gateway on 443\./,
    );
    for (const stack of ["proxy", "packed"]) {
      const evaluation = await evaluateVariant(stack);
      assert.deepEqual([named(stackPicture(evaluation)), named(networkPicture(evaluation, "during"))], [false, false]);
    }
  });

  it("draws the way through the proxy, and the zones", async () => {
    const proxy = stackPicture(await evaluateVariant("proxy"));
    assert.match(wordsOf(proxy), /hello may reach addresses 10\.1\.0\.0\/28 on 3128\./);
    assert.match(proxy, />proxy · 3128<\/text>/);
    const zones = stackPicture(await evaluateVariant("dev", { availabilityZones: "3" }));
    assert.match(zones, />containers-3 10\.0\.5\.0\/24, zone 3<\/text>/);
  });

  it("writes names as text, whatever is in them", async () => {
    const evil = `"><script>alert(1)</script>&\u0000`;
    const evaluation = await evaluateVariant("dev");
    const changed = (inputs: Readonly<Record<string, unknown>>) => {
      return { ...inputs, ...("cidrBlock" in inputs ? { cidrBlock: evil } : {}) };
    };
    const resources = evaluation.resources.map((each) => ({
      ...each,
      name: each.type.startsWith("aws:e") ? evil : each.name,
      inputs: changed(each.inputs),
    }));
    const picture = stackPicture({ ...evaluation, stack: evil, resources });
    assert.doesNotMatch(picture, /<script|&(?!amp;|lt;|gt;|quot;)/);
    assert.ok(!picture.includes("\u0000"));
  });
});
