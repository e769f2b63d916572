import { exampleAccountId, hexDigits, type Placeholders } from "./placeholders";
import { secretOnWire } from "./wireFormat";

/** What the stand-in for AWS knows of the deployment. */
export interface Deployment {
  readonly region: string;
  readonly placeholders: Placeholders;
}

type Inputs = Readonly<Record<string, unknown>>;
type Answer = (inputs: Inputs, deployment: Deployment) => Record<string, unknown>;

const zoneLetters = ["a", "b", "c"];

const answers: Readonly<Record<string, Answer>> = {
  "aws:index/getCallerIdentity:getCallerIdentity": (_inputs, { placeholders }) => ({
    accountId: placeholders.standsFor(exampleAccountId, "account id"),
    arn: placeholders.standsFor(`arn:aws:iam::${exampleAccountId}:user/deployer`, "caller's ARN"),
    id: exampleAccountId,
    userId: placeholders.standsFor("AIDACKCEVSQ6C2EXAMPLE", "caller's user id"),
  }),
  "aws:index/getAvailabilityZones:getAvailabilityZones": (_inputs, { region, placeholders }) => ({
    id: region,
    names: zoneLetters.map((letter) => placeholders.standsFor(`${region}${letter}`, "availability zone")),
    zoneIds: zoneLetters.map((_letter, index) => `${region}-az${index + 1}`),
    groupNames: [region],
  }),
  "aws:ssm/getParameter:getParameter": (inputs, { region, placeholders }) => {
    const name = String(inputs.name);
    const value = name.startsWith("/aws/service/ami-")
      ? `ami-${hexDigits(name, 17)}`
      : `value-of-${hexDigits(name, 8)}`;
    return {
      id: name,
      name,
      arn: `arn:aws:ssm:${region}::parameter${name}`,
      type: "String",
      // The provider documents it as sensitive whatever the type, and the SDK then makes every part of the answer a
      // secret. The provider need not do so: a program has to be right either way, and this is the harder one.
      value: secretOnWire(placeholders.standsFor(value, `value of ${name}`)),
      insecureValue: value,
      version: 1,
    };
  },
};

/** Thrown for a function which the stand-in for AWS does not know: a made-up answer would hide a mistake. */
class UnknownFunctionError extends Error {
  constructor(token: string) {
    super(
      `no answer without AWS for the function ${token}; known are ${Object.keys(answers)
        .map((known) => known.split(":").at(-1))
        .join(", ")} (tools/evaluation/awsFunctions.ts)`,
    );
    this.name = "UnknownFunctionError";
  }
}

/** What AWS would answer to a provider function. Throws `UnknownFunctionError` for those this project does not use. */
export function answerFunction(token: string, inputs: Inputs, deployment: Deployment): Record<string, unknown> {
  const answer = answers[token];
  if (answer === undefined) {
    throw new UnknownFunctionError(token);
  }
  return { ...inputs, ...answer(inputs, deployment) };
}
