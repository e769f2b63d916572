import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { providerSettings } from "../../config/awsProvider";
import { linesOf, parseWith } from "./parse";

/** The provider's settings as texts, lists and objects as JSON. */
const texts = (values: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      `aws:${name}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
const locationWith = (values: Readonly<Record<string, unknown>>) => parseWith(texts(values)).location;
const tagsWith = (defaultTags: unknown) => parseWith(texts({ defaultTags })).egress?.tags;
const lines = (values: Readonly<Record<string, unknown>>) => linesOf(texts(values));

describe("the provider's settings", () => {
  it("are all handed on, harmless or refused, those of the installed version", () => {
    const variables = readFileSync(require.resolve("@pulumi/aws/config/vars.d.ts"), "utf8");
    const names = [...variables.matchAll(/export declare const (\w+)/g)].map(([, name]) => name).sort();
    const { handedOn, harmless, refused } = providerSettings;
    const known = [...handedOn, ...harmless, ...refused].filter((name) => name !== "assumeRole").sort();
    assert.deepEqual(known, names);
  });

  it("make of a role what STS is asked for", () => {
    const { assumeRoles } = locationWith({
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
    const { endpoints } = locationWith({
      endpoints: [{ ec2: "http://127.0.0.1:5000", iam: "http://127.0.0.1:5001" }, { cloudwatchlogs: "http://[::1]:7" }],
    });
    assert.deepEqual(endpoints, { ec2: "http://127.0.0.1:5000", logs: "http://[::1]:7" });
  });

  it("hand on the default tags", () => {
    assert.deepEqual(tagsWith({ tags: { Team: "a", CostCenter: 1234 } }), { Team: "a", CostCenter: "1234" });
    assert.deepEqual(tagsWith({}), {});
  });

  const role = "arn:aws:iam::123456789012:role/deployer";
  const wrongRoles: Readonly<Record<string, unknown>> = {
    "what is not a list": { roleArn: role },
    "an empty list": [],
    "a role without an ARN": [{ sessionName: "ci" }],
    "another ARN": [{ roleArn: "arn:aws:iam::123456789012:user/deployer" }],
    "an ARN without a name": [{ roleArn: "arn:aws:iam::123456789012:role/" }],
    "an ARN with something around it": [{ roleArn: ` ${role}` }],
    MFA: [{ roleArn: role, serialNumber: "arn:aws:iam::123456789012:mfa/person", tokenCode: "123456" }],
    ...Object.fromEntries(
      ["14m59s", "12h1s", "", "3600", "1h 30m", "1d", "x1h", "1hx"].map((duration) => [
        `a session of "${duration}"`,
        [{ roleArn: role, duration }],
      ]),
    ),
  };
  for (const [what, value] of Object.entries(wrongRoles)) {
    it(`refuse ${what} as roles to assume`, () => {
      assert.match(
        lines({ assumeRoles: value }).join("\n"),
        /^aws:assumeRoles: .* is not allowed; allowed: a list of roles, .*; no MFA; type: pulumi config .*$/,
      );
    });
  }

  it("take a session from 15 minutes to 12 hours, in any unit", () => {
    const durations = { "15m": 900, "12h": 43_200, "1h30m": 5400, "1.5h": 5400, "900s": 900, "900000ms": 900 };
    for (const [duration, seconds] of Object.entries(durations)) {
      const { assumeRoles } = locationWith({ assumeRoles: [{ roleArn: role, duration }] });
      assert.equal(assumeRoles?.[0]?.DurationSeconds, seconds, duration);
    }
  });

  it("accept what says nothing of where and as whom AWS is called", () => {
    assert.deepEqual(lines({ maxRetries: "3", allowedAccountIds: "[]" }), []);
  });
});
