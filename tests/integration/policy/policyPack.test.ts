import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logRetentionDays } from "../../../components/containers/logs";
import { Rehearsal } from "../rehearsal/rehearsal";
import { requirePrograms } from "../rehearsal/requirePrograms";
import { PolicyCli, requirePolicyPrograms, useLanguageHost } from "./policyCli";
import type { Case } from "./program";

/** Level, rule and resource of each violation which the CLI reports, and what it says, all in the CLI's order. */
function violationsIn(output: string): string[] {
  const violation = /^ +- \[(\w+)\] +(\S+) +\((\S+): (\S+)\)\n +\S.*\n +(\S.*)$/gm;
  return [...output.matchAll(violation)].map(([, level, rule, type, name, said]) =>
    [level, rule, type, name, said].join(" "),
  );
}

const viaEndpoints =
  "but an aws.ec2.VpcEndpoint for each service of AWS, and a TemporaryNatGateway where a deployment needs the internet.";
const leads = `leads to the internet. Instead: none, ${viaEndpoints}`;
const route = (to: string) => `a lasting route for "${to}". Instead: no such route, ${viaEndpoints}`;
const open = (block: string, property: string) =>
  `"${block}" lets everybody in. Instead: the callers' security group in ${property}, or a private block such as ` +
  '"10.0.0.0/16".';
const nginx = "public.ecr.aws/nginx/nginx";
const exact = `is not an exact image. Instead: "${nginx}@sha256:<digest>", or the tag of one version, such as "${nginx}:1.2.3".`;
const retention = `retentionInDays: has no limit. Instead: one of ${logRetentionDays.join(", ")}.`;
const names = (such: string) => `is a wildcard. Instead: actions by their full names, such as ${such}.`;

/** What the CLI reports of each program that breaks a rule. */
const reports: Readonly<Partial<Record<Case, readonly string[]>>> = {
  "internet access": [
    `aws:ec2/defaultRouteTable:DefaultRouteTable main routes[0].ipv6CidrBlock: ${route("::/0")}`,
    `aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway gateway6 type: an egress-only internet gateway ${leads}`,
    `aws:ec2/internetGateway:InternetGateway gateway type: an internet gateway ${leads}`,
    `aws:ec2/natGateway:NatGateway nat connectivityType: a public NAT gateway leads to the internet. Instead: "private"; or no NAT gateway, ${viaEndpoints}`,
    `aws:ec2/route:Route route destinationCidrBlock: ${route("0.0.0.0/0")}`,
    `aws:ec2/routeTable:RouteTable table routes[0].cidrBlock: ${route("0.0.0.0/0")}`,
  ].map((line) => `mandatory no-internet-access ${line}`),
  "open ingress": [
    `aws:ec2/defaultSecurityGroup:DefaultSecurityGroup default ingress[0].ipv6CidrBlocks[0]: ${open("::/0", "securityGroups")}`,
    `aws:ec2/securityGroup:SecurityGroup group ingress[0].cidrBlocks[1]: ${open("0.0.0.0/0", "securityGroups")}`,
    `aws:ec2/securityGroupRule:SecurityGroupRule rule cidrBlocks[0]: ${open("0.0.0.0/0", "sourceSecurityGroupId")}`,
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ingress cidrIpv4: ${open("0.0.0.0/0", "referencedSecurityGroupId")}`,
    `aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule ingress6 cidrIpv6: ${open("::/0", "referencedSecurityGroupId")}`,
  ].map((line) => `mandatory no-open-ingress ${line}`),
  images: [
    `aws:ecs/taskDefinition:TaskDefinition latest containerDefinitions.app.image: "${nginx}:latest" ${exact}`,
    `aws:ecs/taskDefinition:TaskDefinition untagged containerDefinitions.app.image: "${nginx}" ${exact}`,
  ].map((line) => `mandatory exact-images ${line}`),
  "log retention": [
    `aws:cloudwatch/logGroup:LogGroup always ${retention}`,
    `aws:cloudwatch/logGroup:LogGroup forgotten ${retention}`,
  ].map((line) => `mandatory log-retention ${line}`),
  "wildcard actions": [
    `aws:ec2/vpcEndpoint:VpcEndpoint endpoint policy.Use.Action: "s3:*" ${names("s3:AbortMultipartUpload, s3:AllowVendedLogDeliveryForResource, s3:AssociateAccessGrantsIdentityCenter, s3:BypassGovernanceRetention")}`,
    "aws:ec2/vpcEndpoint:VpcEndpoint endpoint-without policy: is missing, so the endpoint allows every action. Instead: a policy of actions by their full names, such as s3:GetObject.",
    `aws:ecr/repositoryPolicy:RepositoryPolicy repository policy.Use.Action: "ecr:*" ${names("ecr:BatchCheckLayerAvailability, ecr:BatchDeleteImage, ecr:BatchGetImage, ecr:BatchGetRepositoryScanningConfiguration")}`,
    `aws:iam/policy:Policy policy policy.Statement[0].Action: "logs:*" ${names("logs:AssociateKmsKey, logs:AssociateSourceToS3TableIntegration, logs:CallWithBearerToken, logs:CancelExportTask")}`,
    `aws:iam/role:Role role inlinePolicies[0].policy.Use.Action: "*" ${names("s3:GetObject")}`,
    'aws:iam/rolePolicy:RolePolicy role-policy policy.Use.Action: "xray:PutT*" is a wildcard. Instead: xray:PutTelemetryRecords, xray:PutTraceSegments.',
    `aws:sns/topicPolicy:TopicPolicy topic policy.Use.Action: "sns:*" ${names("sns:AddPermission, sns:CheckIfPhoneNumberIsOptedOut, sns:ConfirmSubscription, sns:CreatePlatformApplication")}`,
    'aws:sqs/queuePolicy:QueuePolicy queue policy.Use.Action: "sqs:Send*" is a wildcard. Instead: sqs:SendMessage.',
  ].map((line) => `mandatory no-wildcard-actions ${line}`),
};

/** What the CLI reports where no rule is broken, nor left out because something is not known. */
const accepted = /^Policies:\n +✅ traced-fargate@v\d+\.\d+\.\d+ \(local: .*\)\n\n/m;

const up = ["up", "--yes", "--skip-preview"];

describe("the policy pack under the real engine", () => {
  let cli: PolicyCli;

  before(async function () {
    cli = new PolicyCli(requirePolicyPrograms(this));
    await cli.run("stack", "init");
  });

  after(() => cli?.remove());

  for (const [name, expected] of Object.entries(reports)) {
    it(`reports ${name} with resource and remedy, and fails the preview`, async () => {
      cli.case = name as Case;
      const { exitCode, output } = await cli.judged("preview");
      assert.deepEqual(violationsIn(output), expected, output);
      assert.equal(exitCode, 1);
    });
  }

  it("accepts a program without faults, and has nothing to say of what is not known yet", async () => {
    cli.case = "sound";
    const { exitCode, output } = await cli.judged("preview");
    assert.match(output, accepted);
    assert.equal(exitCode, 0);
  });

  it("refuses in the update what the preview could not know, before it is made", async () => {
    cli.case = "late";
    assert.equal((await cli.judged("preview")).exitCode, 0);
    const { exitCode, output, changes } = await cli.judged(...up);
    assert.deepEqual(violationsIn(output), [
      `mandatory log-retention aws:cloudwatch/logGroup:LogGroup late ${retention}`,
    ]);
    assert.equal(exitCode, 1);
    assert.deepEqual(
      changes.filter(({ type }) => type.startsWith("aws:")).map(({ op, name }) => `${op} ${name}`),
      ["create kept"],
    );
  });

  it("only warns of what the person's own settings make advisory", async () => {
    cli.case = "log retention";
    const { exitCode, output } = await cli.judgedWith(["log-retention"], "preview");
    const { "log retention": expected = [] } = reports;
    assert.deepEqual(
      violationsIn(output),
      expected.map((line) => line.replace("mandatory", "advisory")),
    );
    assert.equal(exitCode, 0);
  });
});

describe("our own stacks under the real engine", () => {
  it("the preview of chain passes the policy pack", async function () {
    const cli = new PolicyCli(requirePolicyPrograms(this), "chain");
    try {
      await cli.run("stack", "init");
      const { exitCode, output } = await cli.judged("preview");
      assert.equal(exitCode, 0, output);
      assert.match(output, accepted);
    } finally {
      cli.remove();
    }
  });

  it("dev is deployed with the policy pack", async function () {
    this.timeout(20 * 60_000);
    const rehearsal = await Rehearsal.start("dev", requirePrograms(this));
    try {
      const { languageHost } = requirePolicyPrograms(this);
      useLanguageHost(rehearsal.project, join(rehearsal.folder, "languageHost"), languageHost);
      const { log, seconds } = await rehearsal.must(...up, "--policy-pack", "policy");
      console.log(`      pulumi up with the policy pack: ${seconds.toFixed(1)} s`);
      assert.match(readFileSync(log, "utf8"), accepted);
    } finally {
      await rehearsal.stop();
    }
    rehearsal.remove();
  });
});
