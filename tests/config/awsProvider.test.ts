import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { providerProblems, providerSettings } from "../../config/awsProvider";
import { durationSeconds } from "../../config/durations";
import { awsSettings } from "../../config/settings";
import { parseValues } from "../../config/values";

const parsed = (values: Record<string, unknown>) => {
  const texts = Object.entries({ region: "eu-central-1", ...values }).map(([name, value]) => [
    name,
    typeof value === "string" ? value : JSON.stringify(value),
  ]);
  const { parsed, problems } = parseValues(awsSettings, Object.fromEntries(texts), "aws:");
  assert.deepEqual(problems, []);
  return parsed;
};
const lines = (values: Record<string, string>) =>
  parseValues(awsSettings, { region: "eu-central-1", ...values }, "aws:").problems.map(
    ({ key, message }) => `${key}: ${message}`,
  );

describe("the provider's settings", () => {
  it("are all handed on, harmless or refused, those of the installed version", () => {
    const variables = readFileSync(require.resolve("@pulumi/aws/config/vars.d.ts"), "utf8");
    const names = [...variables.matchAll(/export declare const (\w+)/g)].map(([, name]) => name).sort();
    const { handedOn, harmless, refused } = providerSettings;
    const known = [...handedOn, ...harmless, ...refused].filter((name) => name !== "assumeRole").sort();
    assert.deepEqual(known, names);
  });

  it("make of a role what STS is asked for", () => {
    const { assumeRoles } = parsed({
      assumeRoles: [
        { roleArn: "arn:aws:iam::123456789012:role/hub" },
        {
          roleArn: "arn:aws:iam::210987654321:role/path/deployer",
          duration: "1h30m",
          externalId: "1234",
          policy: "{}",
          policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
          sessionName: "ci",
          sourceIdentity: "person",
          tags: { Team: "a" },
          transitiveTagKeys: ["Team"],
        },
      ],
    });
    assert.deepEqual(assumeRoles, [
      { RoleArn: "arn:aws:iam::123456789012:role/hub" },
      {
        RoleArn: "arn:aws:iam::210987654321:role/path/deployer",
        DurationSeconds: 5400,
        ExternalId: "1234",
        Policy: "{}",
        PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }],
        RoleSessionName: "ci",
        SourceIdentity: "person",
        Tags: [{ Key: "Team", Value: "a" }],
        TransitiveTagKeys: ["Team"],
      },
    ]);
  });

  it("hand on the endpoints of the services which dynamic resources call, by one name each", () => {
    const { endpoints } = parsed({
      endpoints: [{ ec2: "http://127.0.0.1:5000", iam: "http://127.0.0.1:5001" }, { cloudwatchlogs: "http://[::1]:7" }],
    });
    assert.deepEqual(endpoints, { ec2: "http://127.0.0.1:5000", logs: "http://[::1]:7" });
  });

  it("hand on the default tags", () => {
    assert.deepEqual(parsed({ defaultTags: { tags: { CostCenter: "1234" } } }).defaultTags, { CostCenter: "1234" });
    assert.deepEqual(parsed({ defaultTags: {} }).defaultTags, {});
  });

  const role = "arn:aws:iam::123456789012:role/deployer";
  const wrongRoles: [what: string, value: unknown][] = [
    ["no list", { roleArn: role }],
    ["an empty list", []],
    ["a role without an ARN", [{ sessionName: "ci" }]],
    ["another ARN", [{ roleArn: "arn:aws:iam::123456789012:user/deployer" }]],
    ["a session shorter than STS allows", [{ roleArn: role, duration: "5m" }]],
    ["a session longer than STS allows", [{ roleArn: role, duration: "13h" }]],
    ["a duration that is none", [{ roleArn: role, duration: "3600" }]],
    ["MFA", [{ roleArn: role, serialNumber: "arn:aws:iam::123456789012:mfa/person", tokenCode: "123456" }]],
  ];
  for (const [what, value] of wrongRoles) {
    it(`refuse ${what} as roles to assume`, () => {
      const [line = "", ...others] = lines({ assumeRoles: JSON.stringify(value) });
      assert.deepEqual(others, []);
      assert.match(
        line,
        /^aws:assumeRoles: .* is not allowed; allowed: a list of roles, .*; no MFA; type: pulumi config /,
      );
    });
  }

  it("refuse endpoints and default tags of another shape", () => {
    assert.equal(lines({ endpoints: '{"ec2":"http://127.0.0.1:5000"}' }).length, 1);
    assert.equal(lines({ endpoints: '[{"ec2":"nowhere"}]' }).length, 1);
    assert.equal(lines({ endpoints: "not JSON" }).length, 1);
    assert.equal(lines({ defaultTags: '{"CostCenter":"1234"}' }).length, 1);
  });

  it("accept what says nothing of where and as whom AWS is called", () => {
    assert.deepEqual(providerProblems(["region", "maxRetries", "allowedAccountIds", "assumeRoles"]), []);
  });

  it("refuse in one line what would not reach the dynamic resources", () => {
    const messages = providerProblems(["secretKey", "assumeRole", "httpsProxy", "asumeRoles"]).map(
      ({ key, message }) => `${key}: ${message}`,
    );
    assert.deepEqual(messages, [
      "aws:secretKey: credentials must not get into Pulumi's state; set AWS_SECRET_ACCESS_KEY in the environment, or " +
        "aws:profile; type: pulumi config rm aws:secretKey",
      "aws:assumeRole: this version of the provider reads aws:assumeRoles, a list; type: pulumi config rm aws:assumeRole",
      "aws:httpsProxy: the provider alone would follow it; run the deployment where AWS is reached without a proxy; " +
        "type: pulumi config rm aws:httpsProxy",
      "aws:asumeRoles: is not a setting of the provider; did you mean aws:assumeRoles?; " +
        "type: pulumi config rm aws:asumeRoles",
    ]);
  });
});

describe("durationSeconds", () => {
  const cases: [string, number][] = [
    ["1h30m", 5400],
    ["90m", 5400],
    ["1.5h", 5400],
    ["900s", 900],
    ["900000ms", 900],
    ["", Number.NaN],
    ["3600", Number.NaN],
    ["1h 30m", Number.NaN],
    ["1d", Number.NaN],
  ];
  for (const [text, seconds] of cases) {
    it(`of "${text}" is ${seconds}`, () => {
      assert.equal(durationSeconds(text), seconds);
    });
  }
});
