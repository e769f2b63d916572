import { NoPulumiError, runPulumi } from "./pulumiCli";
import { errorMessage } from "./values";

/** Hands its arguments to the Pulumi CLI, and its exit code back. */
runPulumi(process.argv.slice(2), { stdio: "inherit" }).then(
  ({ exitCode }) => {
    process.exitCode = exitCode;
  },
  (error: unknown) => {
    const reason = errorMessage(error);
    console.error(error instanceof NoPulumiError ? reason : `Cannot start Pulumi: ${reason}`);
    process.exitCode = 1;
  },
);
