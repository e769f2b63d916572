// Stands for the container's init, which ECS starts as the first process: runs the supervisor and ends when it does.
const { spawn } = require("node:child_process");

const child = spawn(process.execPath, process.argv.slice(2), { stdio: "inherit" });
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.once("exit", (code, signal) => process.exit(code ?? 128 + require("node:os").constants.signals[signal]));
