/**
 * Compiles all TypeScript into the cache of register.js. The groups of `npm test` start at the same time, and each would
 * compile the files they share.
 */
const { readdirSync } = require("node:fs");
const { join } = require("node:path");
const { javascriptOf } = require("./register.js");

const root = join(__dirname, "..");

function compileIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !["node_modules", "dist", "coverage"].includes(entry.name)) {
      compileIn(path);
    } else if (entry.name.endsWith(".ts")) {
      javascriptOf(path);
    }
  }
}

compileIn(root);
