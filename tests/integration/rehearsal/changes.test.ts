import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { type Change, describeChanges, lease, networkOfDev } from "./changes";
import { requirePrograms } from "./requirePrograms";

const sidecar = {
  collector: "xray-daemon",
  collectorImageSource: "pull-through-cache",
  egress: "temporary-nat-gateway",
};
const packed = { collector: "xray-daemon-packed", collectorImageSource: "mirror", egress: "none" };

/** One after the other, from the settings of `dev`. */
const changes: readonly Change[] = [
  {
    name: "a larger task with roles of another path",
    to: { taskCpu: 1024, taskMemory: 2048, rolePath: "/rehearsal/" },
    replaces: ["ecs.TaskDefinition", "4 iam.Role", "4 iam.RolePolicy"],
  },
  {
    name: "another app image",
    to: ({ project }) => appendFileSync(join(project, "app/hello/service.ts"), "\n// Another content.\n"),
    replaces: ["ecs.TaskDefinition"],
  },
  { name: "two zones", to: { availabilityZones: 2 } },
  { name: "three zones", to: { availabilityZones: 3 } },
  { name: "one zone again", to: { availabilityZones: 1 } },
  {
    name: "another collector image",
    to: { collectorImageTag: "3.6.8" },
    replaces: ["ecs.TaskDefinition"],
    opens: true,
  },
  { name: "other addresses for the VPC", to: { vpcCidr: "10.8.0.0/16" }, replaces: networkOfDev, opens: true },
  { name: "collector in the app's container, without internet access", to: packed, replaces: ["ecs.TaskDefinition"] },
  { name: "collector beside the app again", to: sidecar, replaces: ["ecs.TaskDefinition"], opens: true },
  // Before another service takes its place: a plugin that is not Pulumi's own may not ignore `desiredCount`.
  { name: "two to three tasks", to: { minTaskCount: 2, maxTaskCount: 3 } },
  // Other groups may reach the internet, so it is another lease.
  { name: "four services", to: { app: "chain" }, replaces: lease, opens: true, stops: ["hello"] },
  {
    name: "one service again",
    to: { app: "hello" },
    replaces: lease,
    opens: true,
    stops: ["frontend", "bff", "date", "time"],
  },
];

describe("a deployed stack that changes", function () {
  this.timeout(20 * 60_000);
  describeChanges("dev", changes, requirePrograms);
});
