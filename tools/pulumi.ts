import { NoPulumiError, runPulumi } from "./pulumiCli";
import { endWith } from "./terminal/commandLine";
import { errorMessage } from "./values";

const descriptions: Readonly<Record<string, string>> = {
  up: `Deploys the selected stack, or changes what is deployed. It builds and pushes
images, for which it needs Docker.`,
  destroy: "Deletes everything that the selected stack has made in AWS.",
};

/** Hands its arguments to the Pulumi CLI, and its exit code back. */
async function pulumi(args: readonly string[]): Promise<number> {
  const [command = ""] = args;
  // Without Pulumi, which may have to be downloaded first.
  if (args.some((arg) => arg === "-h" || arg === "--help")) {
    console.log(usage(command));
    return 0;
  }
  // It would deploy, or destroy, the stack that happens to be selected.
  const taken = ["stack", "yes"].filter((name) => process.env[`npm_config_${name}`] !== undefined);
  if (taken.length > 0) {
    const options = taken.map((name) => `--${name}`).join(" and ");
    console.error(`error: npm took ${options} for its own: type npm run ${command} -- and then the options`);
    return 1;
  }
  try {
    return (await runPulumi(args, { stdio: "inherit" })).exitCode;
  } catch (error) {
    const reason = errorMessage(error);
    console.error(error instanceof NoPulumiError ? reason : `Cannot start Pulumi: ${reason}`);
    return 1;
  }
}

function usage(command: string): string {
  return `npm run ${command} [-- <arguments of pulumi ${command}>]

${descriptions[command]}

    --stack <name>  the stack; without it, the one that \`pulumi stack select\`
                    has chosen
    --yes           does not ask
    -h, --help      prints this

All arguments: https://www.pulumi.com/docs/iac/cli/commands/pulumi_${command}/
Without \`pulumi\` on the PATH, a pinned version of it is fetched with npx.`;
}

endWith(pulumi(process.argv.slice(2)));
