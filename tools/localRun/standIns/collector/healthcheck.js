/**
 * Stands for the program `/healthcheck` of the collector's image, which asks the extension health_check
 * (https://github.com/aws-observability/aws-otel-collector/blob/v0.49.0/cmd/healthcheck/main.go): ends with 0 when the
 * address that it is given answers 200, and otherwise with 1.
 */
const { get } = require("node:http");

const [address] = process.argv.slice(2);
get(address, ({ statusCode }) => process.exit(statusCode === 200 ? 0 : 1)).on("error", () => process.exit(1));
