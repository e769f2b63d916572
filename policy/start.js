/**
 * Where Pulumi's host for Node.js starts the policy pack (`main` in package.json), with TypeScript compiled once and
 * kept, as in tools/program.js.
 */
require("../tools/register");

// The host has put in place a slower way to name lines of the source.
Error.prepareStackTrace = undefined;
process.setSourceMapsEnabled(true);

require("./pack");
