// Stands for the app or the daemon: says when it is up, ends on SIGTERM unless told to ignore it, on SIGUSR2 with code
// 3. With a port it takes datagrams and connections there, and says at its end which traces it was sent. Usage: node
// exampleProcess.cjs <name> [--port <port>] [--ignore-term] [--exit <code>]
const [name, ...flags] = process.argv.slice(2);
const numberAfter = (flag) => (flags.includes(flag) ? Number(flags[flags.indexOf(flag) + 1]) : undefined);

const traces = [];
process.on("SIGUSR2", () => process.exit(3));
process.on("SIGTERM", () => {
  if (flags.includes("--ignore-term")) return;
  console.log(`${name} stopped ${JSON.stringify(traces)}`);
  process.exit(0);
});

const up = () => console.log(`${name} up ${process.pid}`);
const port = numberAfter("--port");
if (numberAfter("--exit") !== undefined) {
  process.exit(numberAfter("--exit"));
} else if (port === undefined) {
  setInterval(() => {}, 1000);
  up();
} else {
  const udp = require("node:dgram").createSocket("udp4");
  udp.on("message", (message) => traces.push(JSON.parse(String(message).split("\n")[1]).trace_id));
  udp.bind(port, "127.0.0.1", () => {
    require("node:http")
      .createServer((_request, response) => response.end(JSON.stringify({ SamplingRuleRecords: [] })))
      .listen(port, "127.0.0.1", up);
  });
}
