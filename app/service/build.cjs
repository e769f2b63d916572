/**
 * `npm run build` of a service: bundles its `main.ts`, and the probe which a one-off task runs in its place, each into
 * one file below `dist` with everything it needs. Arguments such as `supervisor=main.ts` name other bundles.
 */
const { mkdirSync, renameSync, writeFileSync } = require("node:fs");
const { dirname } = require("node:path");
const { buildSync } = require("esbuild");

const bundles = process.argv.slice(2).map((pair) => pair.split("="));

const { outputFiles } = buildSync({
  entryPoints:
    bundles.length > 0 ? Object.fromEntries(bundles) : { service: "main.ts", probe: "../tracing/probeMain.ts" },
  bundle: true,
  platform: "node",
  target: "node20",
  // ES modules where a package has them: of OpenTelemetry's, a bundle then holds only what is used, a tenth.
  mainFields: ["module", "main"],
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  legalComments: "none",
  logLevel: "warning",
  write: false,
});

// Written beside and renamed, so that a run which starts meanwhile never reads half a file.
for (const { path, contents } of outputFiles) {
  mkdirSync(dirname(path), { recursive: true });
  const unfinished = `${path}.${process.pid}`;
  writeFileSync(unfinished, contents);
  renameSync(unfinished, path);
}
