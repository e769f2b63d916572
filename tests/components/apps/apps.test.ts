import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type AppService, appNames, apps } from "../../../components/apps/apps";
import { entryServices, networkServices, stackServices } from "../../../components/apps/stackServices";
import { planSecurityGroups } from "../../../components/network/securityGroups";
import { sidecar } from "../collectors/daemonSettings";

const egress = [{ cidr: "10.9.8.7/32", port: 3128, description: "Proxy" }];
const servicesOf = (app: readonly AppService[], accessLog: "off" | "on" = "off") =>
  stackServices(
    app,
    { project: "traced-fargate", stack: "Dev", appPort: 8081, timeZone: "+09:00", accessLog, metrics: false },
    { ...sidecar, egress },
  );
const settings = { hasClient: true, fetchedBy: ["bff"] };

describe("apps", () => {
  for (const name of appNames) {
    it(`${name} is made of services which exist, call each other soundly, and can be asked by the client`, () => {
      const services = servicesOf(apps[name]);
      for (const service of services) {
        assert.ok(existsSync(join(__dirname, "../../../app", service.name, "main.ts")), service.name);
      }
      assert.equal(planSecurityGroups(networkServices(services, settings), []).problems, undefined);
      assert.ok(entryServices(services).load.traced);
    });
  }

  it("say who reaches DynamoDB, who fetches, and that only traced services reach what the collector needs", () => {
    const { frontend, bff, date } = networkServices(servicesOf(apps.chain), settings);
    const common = { port: 8081, egress, fetches: false };
    assert.deepEqual(
      [frontend, bff, date],
      [
        { ...common, callers: ["client"], gateways: ["s3"], egress: [] },
        { ...common, callers: ["client", "frontend"], gateways: ["s3"], fetches: true },
        { ...common, callers: ["bff"], gateways: ["s3", "dynamodb"] },
      ],
    );
  });

  it("send a person to the first service the client calls, and load to the first traced one", () => {
    const { page, load } = entryServices(servicesOf(apps.chain));
    assert.deepEqual([page.name, load.name], ["frontend", "bff"]);
    assert.throws(() => entryServices(servicesOf([{ name: "hello", callers: [], traced: true }])), {
      message: "an app needs a traced service that is called by `client`",
    });
  });

  it("name a service in the VPC, in its logs and in its traces, and tell it where those it calls are", () => {
    const app: AppService[] = [
      { name: "page", callers: ["client"], traced: false },
      {
        name: "price-list",
        callers: ["page"],
        traced: true,
        environment: ({ timeZone: value }) => [{ name: "TZ", value }],
      },
    ];
    const [page, list] = servicesOf(app, "on");
    const url = "http://price-list.dev-9c24f4.traced-fargate.internal:8081";
    const accessLog = { name: "ACCESS_LOG", value: "on" };
    assert.deepEqual(page?.environment, [{ name: "PRICE_LIST_URL", value: url }, accessLog]);
    assert.equal(page?.collector.image, undefined);
    assert.deepEqual(list, {
      name: "price-list",
      callers: ["page"],
      traced: true,
      usesTable: false,
      collector: { ...sidecar, egress },
      port: 8081,
      hostName: "price-list.dev-9c24f4.traced-fargate.internal",
      url,
      logGroupName: "/traced-fargate/Dev/price-list",
      tracingName: "traced-fargate-dev-price-list-60eb3a",
      environment: [{ name: "TZ", value: "+09:00" }, accessLog],
    });
  });
});
