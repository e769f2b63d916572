import assert from "node:assert/strict";
import { collectorNames } from "../../../components/collectors/collectors";
import { type Change, describeChanges } from "./changes";
import { requireTime } from "./requirePrograms";

type Name = (typeof collectorNames)[number];

/** The settings that go with each collector. */
const settingsOf: Readonly<Record<Name, Record<string, string>>> = {
  "xray-daemon": {
    collectorImageSource: "pull-through-cache",
    egress: "temporary-nat-gateway",
    proxyUrl: "",
    proxyCidr: "",
  },
  "xray-daemon-via-proxy": {
    collectorImageSource: "mirror",
    egress: "none",
    proxyUrl: "http://proxy.example.internal:3128",
    proxyCidr: "10.1.0.0/28",
  },
  "xray-daemon-packed": { collectorImageSource: "mirror", egress: "none", proxyUrl: "", proxyCidr: "" },
  "otel-collector": {
    collectorImageSource: "pull-through-cache",
    egress: "temporary-nat-gateway",
    proxyUrl: "",
    proxyCidr: "",
  },
};

/** From the collector of `dev` by each way once back to it. */
const walk: readonly Name[] = [
  "xray-daemon",
  "otel-collector",
  "xray-daemon",
  "xray-daemon-via-proxy",
  "otel-collector",
  "xray-daemon-via-proxy",
  "xray-daemon",
  "xray-daemon-packed",
  "otel-collector",
  "xray-daemon-packed",
  "xray-daemon-via-proxy",
  "xray-daemon-packed",
  "xray-daemon",
];
const ways = walk.slice(1).map((to, index) => ({ from: walk[index] ?? to, to }));

const isCached = (name: Name) => settingsOf[name].collectorImageSource === "pull-through-cache";

const changes = ways.map(
  ({ from, to }): Change => ({
    name: `${to} after ${from}`,
    to: { collector: to, ...settingsOf[to] },
    // The cache's repository has the name of the image that is cached.
    replaces: ["ecs.TaskDefinition", ...([from, to].every(isCached) ? ["ecr.Repository"] : [])],
    opens: isCached(to),
  }),
);

describe("each collector of a deployed stack", function () {
  this.timeout(20 * 60_000);

  it("becomes each other one", () => {
    const pairs = collectorNames.flatMap((from) => collectorNames.map((to) => ({ from, to })));
    const toShow = pairs.filter(({ from, to }) => from !== to).map(({ from, to }) => `${to} after ${from}`);
    assert.deepEqual(changes.map(({ name }) => name).toSorted(), toShow.toSorted());
  });

  describe("in dev", () => describeChanges("dev", changes, requireTime));
});
