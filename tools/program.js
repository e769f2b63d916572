/**
 * Where Pulumi's host for Node.js programs starts (`main` in package.json): `index.ts`, with TypeScript compiled once
 * and kept. The host's own compiler checks the types of the program and of the AWS SDK each time, which takes longer
 * than everything else a preview does; `npm run check` checks them.
 */
require("./register");

// The host has put in place a slower way to name lines of the source, of which each resource asks where it was made.
Error.prepareStackTrace = undefined;
process.setSourceMapsEnabled(true);

module.exports = require("../index");
