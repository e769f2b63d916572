/**
 * Compiles what `npm test` runs, where it has changed: the groups of tests start together, and each would do it.
 */
const { readdirSync } = require("node:fs");
const { join } = require("node:path");
const { javascriptOf } = require("./register");

const root = join(__dirname, "..");
for (const folder of ["app", "components", "config", "policy", "tests", "tools"]) {
  for (const file of readdirSync(join(root, folder), { recursive: true })) {
    if (file.endsWith(".ts") && !/(^|\/)(integration|node_modules|dist)\//.test(file)) {
      javascriptOf(join(root, folder, file));
    }
  }
}
