import assert from "node:assert/strict";
import { fetchFailure, readFromPulumi, StateError } from "../../tools/pulumiCli";

const warning = 'npm warn Unknown user config "nodedir". This will stop working in the next major version of npm.';
const log = "npm error A complete log of this run can be found in: /root/.npm/_logs/debug-0.log";

describe("why npx could not fetch the CLI", () => {
  // As npm 10 and the package `pulumi` print it.
  const cases: readonly [what: string, errors: string[], reason: string][] = [
    [
      "a registry without an address",
      [
        ...["code ENOTFOUND", "syscall getaddrinfo", "errno ENOTFOUND"].map((line) => `npm error ${line}`),
        "npm error network request to http://nope.invalid/pulumi failed, reason: getaddrinfo ENOTFOUND nope.invalid",
        "npm error network This is a problem related to network connectivity.",
      ],
      "request to http://nope.invalid/pulumi failed, reason: getaddrinfo ENOTFOUND nope.invalid",
    ],
    [
      "a registry that does not answer",
      [
        "npm error code ECONNREFUSED",
        "npm error FetchError: request to http://127.0.0.1:1/pulumi failed, reason: connect ECONNREFUSED 127.0.0.1:1",
        "npm error     at ClientRequest.<anonymous> (minipass-fetch/lib/index.js:130:14)",
      ],
      "FetchError: request to http://127.0.0.1:1/pulumi failed, reason: connect ECONNREFUSED 127.0.0.1:1",
    ],
    [
      "no such version",
      ["npm error code ETARGET", "npm error notarget No matching version found for pulumi@3.999.0."],
      "No matching version found for pulumi@3.999.0.",
    ],
    [
      "a CLI that cannot be downloaded",
      ["Downloading pulumi v3.250.0...", "pulumi: fetch failed"],
      "pulumi: fetch failed from https://get.pulumi.com",
    ],
    ["a code and nothing else", ["npm error code ENOTFOUND"], "code ENOTFOUND"],
    ["nothing", [], "it did not say why"],
  ];
  for (const [what, errors, reason] of cases) {
    it(`is said of ${what}, behind npm's warnings`, () => {
      assert.equal(fetchFailure([warning, ...errors, ...(errors.length > 1 ? [log] : [])].join("\n")), reason);
    });
  }
});

describe("reading a stack's state", () => {
  // As the CLI 3.245.0 prints it.
  const refusals: readonly [errors: string, message: string][] = [
    [
      "error: no stack named 'dev' found\n",
      "there is no stack dev where Pulumi keeps its state; type: pulumi stack init dev, or pulumi login to where it is",
    ],
    [
      "error: PULUMI_ACCESS_TOKEN must be set for login during non-interactive CLI sessions\n",
      "Pulumi is not logged in; type: pulumi login, or pulumi login --local for state on this disk",
    ],
    [
      'error: constructing secrets manager of type "passphrase": constructing secrets manager: passphrase must be set ' +
        "with PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE environment variables\n",
      "the state of dev needs its passphrase; type: export PULUMI_CONFIG_PASSPHRASE='the passphrase'",
    ],
    [
      "error: could not load the backend:\n  permission denied\n",
      "the state of dev cannot be read: error: could not load the backend:; permission denied",
    ],
  ];
  for (const [errors, message] of refusals) {
    it(`says what to type, not ${errors.trim().split("\n")[0]}`, async () => {
      const asked = readFromPulumi(["stack", "output"], "dev", async () => ({ exitCode: 255, output: "", errors }));
      await assert.rejects(asked, (error) => error instanceof StateError && error.message === message);
    });
  }
});
