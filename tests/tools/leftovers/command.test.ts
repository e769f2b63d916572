import assert from "node:assert/strict";
import { appendFileSync, cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { leftoversCommand } from "../../../tools/leftovers/command";
import { type JsonCall, JsonProtocolDouble } from "../../aws/jsonProtocolDouble";
import { StsDouble } from "../../aws/stsDouble";

const root = join(__dirname, "../../..");
const at = "eu-central-1:111122223333";
const definition = (revision: number) => `arn:aws:ecs:${at}:task-definition/traced-fargate-dev-hello:${revision}`;
const logGroup = `arn:aws:logs:${at}:log-group:/traced-fargate/dev/hello`;
const service = `arn:aws:ecs:${at}:service/cluster-1a/hello-2b`;

/**
 * The tagging API, which answers page by page and goes on listing what was deleted
 * (https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html,
 * https://github.com/boto/boto3/issues/3341), and ECS, which shows deleted things as INACTIVE.
 */
class TaggingDouble extends JsonProtocolDouble {
  pages: string[][] = [];
  /** Of which lease these are. */
  leases: Readonly<Record<string, string>> = {};

  static start(): Promise<TaggingDouble> {
    return new TaggingDouble().listen();
  }

  protected answer({ operation, input }: JsonCall): object {
    if (operation === "GetResources") {
      const page = Number(input.PaginationToken ?? 0);
      return {
        ResourceTagMappingList: (this.pages[page] ?? []).map((ResourceARN) => ({
          ResourceARN,
          Tags: [{ Key: "traced-fargate:lease", Value: this.leases[ResourceARN] ?? "" }],
        })),
        PaginationToken: page + 1 < this.pages.length ? String(page + 1) : "",
      };
    }
    if (operation === "DescribeTaskDefinition") {
      return { taskDefinition: { status: String(input.taskDefinition).endsWith(":1") ? "INACTIVE" : "ACTIVE" } };
    }
    return { services: [{ status: "ACTIVE" }] };
  }
}

describe("npm run leftovers", () => {
  let environment: NodeJS.ProcessEnv;
  let aws: TaggingDouble;
  let sts: StsDouble;

  beforeEach(async () => {
    environment = { ...process.env };
    [aws, sts] = await Promise.all([TaggingDouble.start(), new StsDouble("111122223333").listen()]);
    Object.assign(process.env, {
      ...aws.environment,
      AWS_ENDPOINT_URL_STS: sts.url,
      AWS_CONFIG_FILE: "/dev/null",
      AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
      AWS_EC2_METADATA_DISABLED: "true",
      AWS_PROFILE: "",
    });
  });

  afterEach(async () => {
    process.env = environment;
    await Promise.all([aws.stop(), sts.close()]);
    assert.deepEqual(aws.refused(), []);
  });

  async function run(args: string[], exported: object = { deployment: {} }) {
    const stdout = new PassThrough();
    const stderr = new PassThrough();
    const code = await leftoversCommand(args, root, { stdout, stderr }, async () => JSON.stringify(exported));
    stdout.end();
    stderr.end();
    return { code, stdout: await text(stdout), stderr: await text(stderr) };
  }

  const resource = (type: string, name: string, id: string, outputs: object = {}) => ({
    ...{ urn: `urn:pulumi:dev::traced-fargate::${type}::${name}`, type, id, outputs },
  });
  const lease = "pulumi-nodejs:dynamic/temporaryNatGateway:NatGatewayLease";
  const inState = {
    deployment: {
      resources: [
        resource("aws:ecs/taskDefinition:TaskDefinition", "hello", "traced-fargate-dev-hello", { arn: definition(2) }),
        resource("aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace", "cluster", "ns-0a1b2c3d4e5f6a7b"),
        resource(lease, "egress-lease", "traced-fargate/dev/egress/vpc-1"),
      ],
      pending_operations: [{ type: "creating", resource: resource("aws:ecs/service:Service", "hello", "") }],
    },
  };

  it("prints what is neither in the state nor of a lease there, with the commands that delete it, and exits with 2", async () => {
    const owned = `arn:aws:servicediscovery:${at}:namespace/ns-0a1b2c3d4e5f6a7b`;
    const [ofLease, ofOther] = [`${logGroup}/lease`, `${logGroup}/other`];
    aws.leases = { [ofLease]: "traced-fargate/dev/egress/vpc-1", [ofOther]: "traced-fargate/dev/egress/vpc-2" };
    aws.pages = [[definition(1), definition(2), owned], [logGroup, ofLease, ofOther], [service]];
    const { code, stdout, stderr } = await run([], inState);
    assert.deepEqual([code, stderr], [2, ""]);
    assert.deepEqual(stdout.split("\n").slice(0, 21), [
      "# 1 interrupted in the state, so each may exist without Pulumi knowing:",
      "#   creating aws:ecs/service:Service hello",
      "#",
      "# 3 resources carry the tags of stack dev in eu-central-1 and are not in its state. Look at each: a",
      "# stack dev which somebody else deploys into this account from another state carries the same tags.",
      "# Then type, one after the other, and run this again, for what goes with its owner is listed only when it stayed:",
      "",
      `# ${service}`,
      "aws ecs delete-service --force --cluster cluster-1a --service hello-2b --region eu-central-1",
      "aws ecs wait services-inactive --cluster cluster-1a --services hello-2b --region eu-central-1",
      "",
      `# ${logGroup}`,
      "aws logs delete-log-group --log-group-name /traced-fargate/dev/hello --region eu-central-1",
      "",
      `# ${ofOther}`,
      "aws logs delete-log-group --log-group-name /traced-fargate/dev/hello/other --region eu-central-1",
      "",
      "# Not looked at, because they have no tags: routes and associations of route tables, which go with their route table,",
      "# schedules of the temporary NAT gateway, which the next `up` or `destroy` deletes, saved queries of CloudWatch Logs, and,",
      "# when the state is lost, IAM roles and instance profiles, pull-through cache rules, scalable targets and scaling",
      "# policies, which cost nothing.",
    ]);
    const filters = aws.calls.filter(({ operation }) => operation === "GetResources").map(({ input }) => input);
    assert.deepEqual(filters[0], {
      TagFilters: [
        { Key: "Project", Values: ["traced-fargate"] },
        { Key: "Stack", Values: ["dev"] },
      ],
    });
    assert.equal(filters.length, 3);
  });

  it("leaves to Pulumi what the state has by its name only, because nobody has read it since it was made", async () => {
    const names = ["hello-1a2b3c4", "aws/xray-daemon"];
    const repositories = names.map((name) => resource("aws:ecr/repository:Repository", "image", name));
    const group = resource("aws:cloudwatch/logGroup:LogGroup", "hello", "/traced-fargate/dev/hello");
    const initErrors = ["context canceled"];
    aws.pages = [[...names.map((name) => `arn:aws:ecr:${at}:repository/${name}`), logGroup]];
    const halfMade = [...repositories, group].map((each) => ({ ...each, initErrors }));
    assert.equal((await run([], { deployment: { resources: halfMade } })).code, 0);
    const { stdout } = await run([], { deployment: { resources: repositories } });
    assert.match(stdout, /^# 3 resources carry/m);
  });

  it("exits with 0 when all that is tagged is in the state or deleted", async () => {
    aws.pages = [[definition(1), definition(2)]];
    const { code, stdout } = await run(["--stack", "dev"], inState);
    assert.equal(code, 0);
    assert.match(stdout, /Nothing in eu-central-1 carries the tags of stack dev and is missing from its state\./);
  });

  it("reads the state that pulumi exports, with the stack's profile in the commands", async () => {
    const folder = mkdtempSync(join(tmpdir(), "leftovers-"));
    try {
      for (const file of ["Pulumi.yaml", "Pulumi.dev.yaml"]) cpSync(join(root, file), join(folder, file));
      appendFileSync(join(folder, "Pulumi.dev.yaml"), "  aws:profile: company\n");
      writeFileSync(join(folder, "credentials"), "[company]\naws_access_key_id = a\naws_secret_access_key = b\n");
      writeFileSync(join(folder, "state.json"), JSON.stringify(inState));
      const expected = "stack export --stack dev --non-interactive";
      const pulumi = `#!/bin/sh\n[ "$*" = "${expected}" ] && /bin/cat "${folder}/state.json"\n`;
      writeFileSync(join(folder, "pulumi"), pulumi, { mode: 0o755 });
      process.env.AWS_SHARED_CREDENTIALS_FILE = join(folder, "credentials");
      process.env.PATH = folder;
      aws.pages = [[definition(2), logGroup]];
      const stdout = new PassThrough();
      const stderr = new PassThrough();
      assert.equal(await leftoversCommand([], folder, { stdout, stderr }), 2, String(stderr.read()));
      stdout.end();
      assert.deepEqual(
        (await text(stdout)).split("\n").filter((line) => line.startsWith("aws ")),
        [
          "aws logs delete-log-group --log-group-name /traced-fargate/dev/hello --region eu-central-1 --profile company",
        ],
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("finds nothing out in another account than the stack's, and says so", async () => {
    const { code, stdout, stderr } = await run(
      [],
      JSON.parse(JSON.stringify(inState).replaceAll("1111222", "9999222")),
    );
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(
      stderr,
      /^error: AWS cannot be asked what is left: the credentials are those of .* but the stack is in/,
    );
    assert.equal(stderr.trim().split("\n").length, 1);
  });

  it("says in one line that there are no credentials", async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    delete process.env.AWS_PROFILE;
    const { code, stderr } = await run([]);
    assert.equal(code, 1);
    assert.match(stderr, /^error: AWS cannot be asked what is left: CredentialsProviderError: .*\n$/);
  });

  it("says which stacks there are, and which options", async () => {
    assert.match((await run(["--stack", "nope"])).stderr, /^error: unknown stack "nope": known are chain, dev, /);
    assert.match(
      (await run(["--delete"])).stderr,
      /^error: unknown option --delete: allowed are --stack <stack>, --help/,
    );
  });

  it("explains itself", async () => {
    const { code, stdout } = await run(["--help"]);
    assert.equal(code, 0);
    assert.match(stdout, /^npm run leftovers \[-- --stack <name>\]\n/);
    assert.match(stdout, /Exits with 0 when nothing with tags is left, with\n2 when something is, with 1 when/);
  });
});
