import { requireTool } from "../tools";
import { findAwsPlugin, type Programs } from "./rehearsal";

let said = false;

/**
 * What a rehearsal runs. Pulumi's plugin for AWS is not ours to build, so the tests that need it are skipped where it is
 * missing, with one line that says so, also with CI=true.
 */
export function requirePrograms(context: Mocha.Context): Programs {
  const awsPlugin = findAwsPlugin();
  if ("missing" in awsPlugin) {
    if (!said) console.log(`      SKIPPED: ${awsPlugin.missing}`);
    said = true;
    return context.skip();
  }
  requireTool(context, "pulumi-language-nodejs");
  return { pulumi: requireTool(context, "pulumi"), moto: requireTool(context, "moto"), awsPlugin: awsPlugin.path };
}

/** As `requirePrograms`, for what continuous integration has no time for. */
export function requireTime(context: Mocha.Context): Programs {
  if (process.env.REHEARSE_ALL_STACKS !== "true") return context.skip();
  return requirePrograms(context);
}
