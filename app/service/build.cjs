/**
 * `npm run build` of a service: bundles its `main.ts`, and the probe which a one-off task runs in its place, each into
 * one file below `dist` with everything it needs.
 */
const { buildSync } = require("esbuild");

buildSync({
  entryPoints: { service: "main.ts", probe: "../tracing/probeMain.ts" },
  bundle: true,
  platform: "node",
  target: "node20",
  outdir: "dist",
  outExtension: { ".js": ".cjs" },
  legalComments: "none",
  logLevel: "warning",
});
