import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { evaluateStack } from "../../../tools/evaluation/evaluate";
import type { SegmentDocument } from "../../../tools/localRun/standIns/daemon/segmentDocument";
import { imageSource, readTasks, type Task, type TaskContainer } from "../../../tools/localRun/task/evaluatedTasks";
import { FARGATE_ORIGIN } from "../../app/helpers/metadataEndpoint";
import { requireTool } from "../tools";
import { buildCommand, buildDaemonImage, buildImage, readBuilds } from "./builds";
import { ContainerHost } from "./containerHost";
import { requireContainers } from "./requireContainers";
import { RunningTask, request } from "./task";

const root = join(__dirname, "../../..");
const daemonImage = "public.ecr.aws/xray/aws-xray-daemon:3.6.7";

/** What the kernel has to say of the containers of each stack. */
const confined = { capabilities: "0000000000000000", writing: "Read-only file system" };
const app = { ...confined, process: "podman-init", userId: "1000" };
const stacks = {
  dev: { hello: app, "xray-daemon": { ...confined, process: "xray", userId: "10001" } },
  packed: { hello: app },
};

describe("containers run from the images of a deployment", function () {
  this.timeout(180_000);
  let host: ContainerHost;
  /** The tasks that have run, and what their images are called here. */
  const ran = new Map<string, { readonly task: Task; readonly imageOf: (container: TaskContainer) => string }>();

  before(async function () {
    const baseImages = requireContainers(this);
    const daemon = requireTool(this, "xray-daemon");
    host = await ContainerHost.open(baseImages, join(__dirname, "taskNetwork.ts"));
    await buildDaemonImage(host, daemonImage, daemon, String(host.messages[0]));
  });
  after(() => host?.close());

  /** The segment of a trace, when the daemon has sent it to X-Ray. */
  const segment = async (traceId: string): Promise<SegmentDocument> => {
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await delay(100)) {
      const found = (host.messages.flat() as SegmentDocument[]).find(({ trace_id }) => trace_id === traceId);
      if (found !== undefined) return found;
    }
    throw new Error(`X-Ray has not received ${traceId}`);
  };

  const runs = (stack: keyof typeof stacks) => {
    const containers: Readonly<Record<string, object>> = stacks[stack];
    it(`${stack}: as its task definition says; they answer, send their trace, and stop with 0`, async () => {
      const program = await evaluateStack(stack, root);
      const images = await Promise.all(readBuilds(program.resources, root).map((build) => buildImage(host, build)));
      const [task] = readTasks(program);
      assert.ok(task);
      const imageOf = ({ image }: TaskContainer) =>
        imageSource(program, image).kind === "built" ? (images[0] ?? "") : daemonImage;
      ran.set(stack, { task, imageOf });
      const running = new RunningTask(host, task, imageOf);
      try {
        await running.start();
        await running.waitUntilHealthy();
        for (const [name, expected] of Object.entries(containers)) {
          assert.deepEqual(await running.confinement(name), expected);
        }
        const [port] = task.containers.flatMap(({ portMappings }) => portMappings);
        const id = `1-${Math.floor(Date.now() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`;
        assert.equal(await request(host, port?.containerPort ?? 0, `Root=${id};Sampled=1`), "200 Hello X-Ray!");
        const { origin, aws, name } = await segment(id);
        assert.deepEqual(
          [name, origin, aws?.ecs],
          [`traced-fargate-${stack}-hello`, FARGATE_ORIGIN.origin, FARGATE_ORIGIN.aws.ecs],
        );
        const stopped = Object.keys(containers).map((container) => ({ container, code: 0, withinTimeout: true }));
        assert.deepEqual(await running.stop(), stopped);
      } finally {
        await running.remove();
      }
    });
  };

  /** The task of a stack, with another program in place of the app's. */
  const taskWith = async (stack: string, program: string): Promise<RunningTask> => {
    const { task, imageOf } = ran.get(stack) ?? assert.fail(`${stack} has not been built`);
    const context = join(host.folder, `mistake-${randomBytes(4).toString("hex")}`);
    mkdirSync(context);
    writeFileSync(join(context, "mistake.cjs"), program);
    const [hello] = task.containers.filter(({ name }) => name === "hello");
    assert.ok(hello);
    const dockerfile = join(context, "Dockerfile");
    const mistake = "COPY mistake.cjs ./\nENV NODE_OPTIONS=--require=./mistake.cjs\n";
    writeFileSync(dockerfile, `FROM ${imageOf(hello)}\n${mistake}`);
    const image = `localhost/mistake:${stack}`;
    await host.output(buildCommand({ context, dockerfile, buildArgs: {} }, image));
    return new RunningTask(host, task, (container) => (container.name === "hello" ? image : imageOf(container)));
  };

  runs("dev");

  it("finds an app that does not handle SIGTERM", async () => {
    const running = await taskWith(
      "dev",
      `for (const name of ["on", "once"]) {
        const add = process[name];
        process[name] = (event, ...rest) => (event === "SIGTERM" ? process : add.call(process, event, ...rest));
      }`,
    );
    try {
      await running.start();
      await running.waitUntilHealthy();
      assert.deepEqual((await running.stop())[0], { container: "hello", code: 143, withinTimeout: true });
    } finally {
      await running.remove();
    }
  });

  it("finds an app that writes to its root file system", async () => {
    const running = await taskWith("dev", 'require("node:fs").writeFileSync("/tmp/state", "");\n');
    try {
      await running.start();
      await assert.rejects(running.waitUntilHealthy(), /EROFS: read-only file system, open '\/tmp\/state'/);
    } finally {
      await running.remove();
    }
  });

  // Last: its stage `service` is the same image as that of `dev`, and buildah removes the images of stages.
  runs("packed");
});
