import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  type AppService,
  appNames,
  apps,
  calleeUrls,
  entryServices,
  networkServices,
  tracingNames,
} from "../../../components/apps/apps";
import { xrayDaemon } from "../../../components/collectors/xrayDaemon";
import { callGraphProblems } from "../../../components/network/securityGroups";

const collector = {
  ...xrayDaemon({
    collectorImageTag: "3.6.7",
    collectorCpu: 32,
    collectorMemoryReservation: 256,
    collectorLogLevel: "info",
  }),
  egress: [{ cidr: "10.9.8.7/32", port: 3128, description: "Proxy" }],
};

const settings = { appPort: 8081, client: "load", fetchedBy: ["bff"] } as const;

describe("apps", () => {
  for (const name of appNames) {
    it(`${name} is made of services which exist, call each other soundly, and can be asked by the client`, () => {
      const services = apps[name];
      for (const service of services) {
        assert.ok(existsSync(join(__dirname, "../../../app", service.name, "main.ts")), service.name);
      }
      assert.deepEqual(callGraphProblems(networkServices(services, collector, { ...settings, appPort: 8080 })), []);
      assert.ok(entryServices(services).load.traced);
    });
  }

  it("say who calls whom, who reaches DynamoDB, who fetches, and that only traced services reach what the collector needs", () => {
    assert.deepEqual(networkServices(apps.chain, collector, settings), {
      frontend: { port: 8081, callers: ["client"], gateways: ["s3"], egress: [], fetches: false },
      bff: { port: 8081, callers: ["client", "frontend"], gateways: ["s3"], egress: collector.egress, fetches: true },
      date: { port: 8081, callers: ["bff"], gateways: ["s3", "dynamodb"], egress: collector.egress, fetches: false },
      time: { port: 8081, callers: ["bff"], gateways: ["s3", "dynamodb"], egress: collector.egress, fetches: false },
    });
  });

  it("leave the client out of the callers where there is none", () => {
    const services = networkServices(apps.chain, collector, { ...settings, client: "none" });
    assert.deepEqual(
      Object.entries(services).map(([name, { callers }]) => [name, callers]),
      [
        ["frontend", []],
        ["bff", ["frontend"]],
        ["date", ["bff"]],
        ["time", ["bff"]],
      ],
    );
  });

  it("tell a service where those it calls are", () => {
    const urlOf = (service: string) => `http://${service}.internal`;
    const services: AppService[] = [
      { name: "bff", callers: ["client"], traced: true },
      { name: "price-list", callers: ["bff"], traced: true },
    ];
    const [bff, list] = services;
    assert.ok(bff && list);
    assert.deepEqual(calleeUrls(bff, services, urlOf), [
      { name: "PRICE_LIST_URL", value: "http://price-list.internal" },
    ]);
    assert.deepEqual(calleeUrls(list, services, urlOf), []);
  });

  it("send a person to the first service the client calls, and load to the first traced one", () => {
    const { page, load } = entryServices(apps.chain);
    assert.deepEqual([page.name, load.name], ["frontend", "bff"]);
    const hidden: AppService[] = [{ name: "hello", callers: [], traced: true }];
    assert.throws(() => entryServices(hidden), { message: "an app needs a traced service that is called by `client`" });
  });

  it("name the traced services only", () => {
    assert.deepEqual(tracingNames({ project: "traced-fargate", stack: "chain" }, apps.chain), {
      bff: "traced-fargate-chain-bff",
      date: "traced-fargate-chain-date",
      time: "traced-fargate-chain-time",
    });
  });
});
