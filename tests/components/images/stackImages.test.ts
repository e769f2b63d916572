import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { untraced } from "../../../components/collectors/untraced";
import { BuildContext } from "../../../components/images/buildContext";
import { StackImages } from "../../../components/images/stackImages";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

describe("StackImages", () => {
  let context: string;
  before(() => {
    context = mkdtempSync(join(tmpdir(), "context-"));
    mkdirSync(join(context, "app"));
    writeFileSync(join(context, ".dockerignore"), "*\n!app/**\n");
    writeFileSync(join(context, "app/Dockerfile"), "FROM scratch AS service\nFROM service AS packed\n");
  });
  after(() => rmSync(context, { recursive: true }));

  it("tags an app's image by what it is built of, and says whose images it has when asked for others", async () => {
    const packed = { ...untraced, appTarget: "packed", appBuildArgs: { DAEMON: "image" } } as const;
    const evaluation = await evaluateComponent(() => {
      const images = new StackImages("images", {
        region: "eu-central-1",
        context,
        services: [
          { name: "page", collector: untraced },
          { name: "bff", collector: packed },
        ],
        collectorImageSource: "pull-through-cache",
        cachePrefix: "prefix",
        cpuArchitecture: "ARM64",
      });
      assert.throws(() => images.of("date"), { message: 'there are no images of "date", only of page, bff' });
    });
    const args = { SERVICE: "bff", DAEMON: "image", SOURCE_DATE_EPOCH: "0" };
    const output = "type=registry,oci-mediatypes=true,rewrite-timestamp=true";
    const build = { target: "packed", platform: "linux/arm64", output, ...args };
    const imageTag = BuildContext.read(context, "packed", args).tag(build);
    const place = relative(process.cwd(), join(context, "node_modules/.cache/traced-fargate/build-contexts", imageTag));
    const { inputs } = evaluation.one("awsx:ecr:Image", "bff");
    assert.deepEqual([inputs.args, inputs.imageTag, inputs.context], [args, imageTag, place]);
  });
});
