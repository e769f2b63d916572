import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { xrayDaemon } from "../../../components/collectors/xrayDaemon";
import { contentTag } from "../../../components/images/buildContext";
import { BuiltImage, keepPushedImage } from "../../../components/images/builtImage";
import { CollectorImage } from "../../../components/images/collectorImage";
import { readImageContext } from "../../../components/images/imageContext";
import { pullEndpoints, pullStatements } from "../../../components/images/pullStatements";
import { evaluateComponent } from "../../pulumi/evaluateComponent";

const { image } = xrayDaemon({
  collectorImageTag: "3.6.7",
  collectorCpu: 32,
  collectorMemoryReservation: 256,
  collectorLogLevel: "info",
});
assert.ok(image !== undefined);

describe("images", () => {
  let context: string;
  before(() => {
    context = mkdtempSync(join(tmpdir(), "context-"));
    mkdirSync(join(context, "app"));
    writeFileSync(join(context, ".dockerignore"), "*\n!app/**\napp/Dockerfile\n");
    writeFileSync(join(context, "app/Dockerfile"), "FROM scratch AS service\nFROM scratch AS daemon\n");
  });
  after(() => rmSync(context, { recursive: true }));

  const repositorySettings = {
    encryptionConfigurations: [{ encryptionType: "AES256" }],
    imageScanningConfiguration: { scanOnPush: true },
    imageTagMutability: "IMMUTABLE",
  };

  it("builds an image into a repository of its own, tagged by content, for the task's platform", async () => {
    const built = await evaluateComponent(() => {
      const hello = new BuiltImage("hello", {
        target: "service",
        buildArgs: { SERVICE: "hello" },
        cpuArchitecture: "ARM64",
        context,
      });
      return { reference: hello.reference, repositoryArn: hello.repositoryArn };
    });
    const repository = built.one("aws:ecr/repository:Repository", "hello");
    assert.deepEqual(repository.inputs, { ...repositorySettings, forceDelete: true });
    const build = { target: "service", platform: "linux/arm64", SERVICE: "hello" };
    const imageTag = contentTag(readImageContext(context, "service", { SERVICE: "hello" }), build);
    const place = relative(process.cwd(), join(context, "node_modules/.cache/traced-fargate/build-contexts", imageTag));
    assert.deepEqual(built.one("awsx:ecr:Image").inputs, {
      repositoryUrl: repository.outputs.repositoryUrl,
      context: place,
      dockerfile: `${place}/Dockerfile`,
      target: "service",
      args: { SERVICE: "hello" },
      platform: "linux/arm64",
      imageTag,
    });
    assert.equal(built.outputs.reference, built.one("awsx:ecr:Image").outputs.imageUri);
    assert.equal(built.outputs.repositoryArn, repository.outputs.arn);
    // What a previous deployment pushed stays, for tasks that run it; the repository's policy removes old images.
    const pushed = built.one("docker-build:index:Image");
    assert.deepEqual(pushed.options, { retainOnDelete: true });
    assert.deepEqual([pushed.inputs.push, pushed.inputs.buildOnPreview], [true, false]);
    const { inputs: lifecycle } = built.one("aws:ecr/lifecyclePolicy:LifecyclePolicy");
    assert.equal(lifecycle.repository, repository.outputs.name);
    assert.deepEqual(JSON.parse(String(lifecycle.policy)), {
      rules: [
        {
          rulePriority: 1,
          description: "Keep the 30 newest images",
          selection: { tagStatus: "tagged", tagPatternList: ["*"], countType: "imageCountMoreThan", countNumber: 30 },
          action: { type: "expire" },
        },
      ],
    });
  });

  it("keeps pushed images, and leaves everything else as it is", () => {
    const args = { custom: true, name: "x", props: { push: true }, opts: { protect: false } };
    assert.deepEqual(keepPushedImage({ ...args, type: "docker-build:index:Image" }), {
      props: { push: true, buildOnPreview: false },
      opts: { protect: false, retainOnDelete: true },
    });
    assert.equal(keepPushedImage({ ...args, type: "awsx:ecr:Image" }), undefined);
  });

  it("fills the collector's repository by the pull-through cache, into a repository Pulumi owns", async () => {
    const cached = await evaluateComponent(() => {
      const collector = new CollectorImage("collector", {
        image,
        collectorImageSource: "pull-through-cache",
        cachePrefix: "traced-fargate-dev",
        cpuArchitecture: "ARM64",
        context,
        repositoryForceDelete: false,
      });
      return {
        reference: collector.reference,
        cached: collector.cachedRepositoryArns,
        images: collector.cachedImages,
      };
    });
    const rule = cached.one("aws:ecr/pullThroughCacheRule:PullThroughCacheRule");
    const repository = cached.one("aws:ecr/repository:Repository");
    assert.deepEqual(rule.inputs, { ecrRepositoryPrefix: "traced-fargate-dev", upstreamRegistryUrl: "public.ecr.aws" });
    assert.deepEqual(repository.inputs, {
      ...repositorySettings,
      forceDelete: false,
      name: "traced-fargate-dev/xray/aws-xray-daemon",
    });
    assert.deepEqual(cached.dependencyNames(repository), ["collector"]);
    assert.equal(cached.byUrn(repository.dependencies[0]).type, rule.type);
    assert.equal(cached.outputs.reference, `${repository.outputs.repositoryUrl}:3.6.7`);
    assert.deepEqual(cached.outputs.cached, [repository.outputs.arn]);
    assert.deepEqual(cached.outputs.images, [
      { repository: "traced-fargate-dev/xray/aws-xray-daemon", tag: "3.6.7", cpuArchitecture: "ARM64" },
    ]);
    assert.deepEqual(cached.ofType("aws:ecr/lifecyclePolicy:LifecyclePolicy"), []);
  });

  it("mirrors the collector's image by building it, without a cache", async () => {
    const mirrored = await evaluateComponent(() => {
      const collector = new CollectorImage("collector", {
        image,
        collectorImageSource: "mirror",
        cachePrefix: "traced-fargate-dev",
        cpuArchitecture: "X86_64",
        context,
      });
      return {
        reference: collector.reference,
        cached: collector.cachedRepositoryArns,
        images: collector.cachedImages,
      };
    });
    const { inputs, outputs } = mirrored.one("awsx:ecr:Image");
    assert.equal(inputs.target, "daemon");
    assert.equal(inputs.platform, "linux/amd64");
    assert.deepEqual(inputs.args, { XRAY_DAEMON_IMAGE: "public.ecr.aws/xray/aws-xray-daemon:3.6.7" });
    assert.equal(mirrored.outputs.reference, outputs.imageUri);
    assert.deepEqual(mirrored.outputs.cached, []);
    assert.deepEqual(mirrored.outputs.images, []);
    assert.deepEqual(mirrored.ofType("aws:ecr/pullThroughCacheRule:PullThroughCacheRule"), []);
  });
});

describe("pullStatements", () => {
  const logIn = { Sid: "LogInToRegistry", Effect: "Allow", Action: ["ecr:GetAuthorizationToken"], Resource: ["*"] };
  const pull = {
    Sid: "PullImages",
    Effect: "Allow",
    Action: ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    Resource: ["arn:app", "arn:daemon"],
  };
  const import_ = {
    Sid: "ImportUpstreamImages",
    Effect: "Allow",
    Action: ["ecr:BatchImportUpstreamImage"],
    Resource: ["arn:daemon"],
  };

  it("allows pulling, and importing only into what the cache fills", () => {
    assert.deepEqual(pullStatements(["arn:app", "arn:daemon"], ["arn:daemon"]), [logIn, pull, import_]);
    assert.deepEqual(pullStatements(["arn:app", "arn:daemon"], []), [logIn, pull]);
  });

  it("goes through ECR's two endpoints and S3's", () => {
    assert.deepEqual(pullEndpoints("eu-west-1", pullStatements(["arn:app", "arn:daemon"], ["arn:daemon"])), [
      { endpoint: "ecr.api", statements: [logIn, pull, import_] },
      { endpoint: "ecr.dkr", statements: [pull, import_] },
      {
        endpoint: "s3",
        statements: [
          {
            Sid: "ReadImageLayers",
            Effect: "Allow",
            Action: ["s3:GetObject"],
            Resource: ["arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/*"],
          },
        ],
      },
    ]);
  });
});
