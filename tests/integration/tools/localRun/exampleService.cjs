// What the tests of a local run put in the place of the app. BEHAVIOUR, a list, says what it does wrong.
const { randomBytes } = require("node:crypto");
const { createSocket } = require("node:dgram");
const { createServer, request } = require("node:http");

const { AWS_XRAY_DAEMON_ADDRESS = "", AWS_XRAY_TRACING_NAME, BEHAVIOUR = "", PORT } = process.env;
const does = (fault) => BEHAVIOUR.split(" ").includes(fault);
const [daemonHost, daemonPort] = AWS_XRAY_DAEMON_ADDRESS.split(":");
const socket = createSocket("udp4").unref();
let secondTaken = 0;
let requests = 0;

function isSampled(header) {
  if (header.includes("Sampled=1") || does("samples-everything")) return true;
  const second = Math.floor(Date.now() / 1000);
  const first = second !== secondTaken;
  secondTaken = second;
  return first || Math.random() < 0.05;
}

function sendSegment(path, header) {
  const now = Date.now() / 1000;
  const traceId =
    /Root=([^;]+)/.exec(header)?.[1] ?? `1-${Math.floor(now).toString(16)}-${randomBytes(12).toString("hex")}`;
  const segment = {
    name: does("wrong-name") ? "somebody-else" : AWS_XRAY_TRACING_NAME,
    id: does("bad-segments") ? "1" : randomBytes(8).toString("hex"),
    trace_id: traceId,
    start_time: now,
    end_time: now,
    http: { request: { method: "GET", url: `http://127.0.0.1:${PORT}${path}` }, response: { status: 200 } },
  };
  socket.send(`{"format":"json","version":1}\n${JSON.stringify(segment)}`, Number(daemonPort), daemonHost);
}

const server = createServer((incoming, response) => {
  const path = incoming.url ?? "";
  const header = incoming.headers["x-amzn-trace-id"] ?? "";
  if (path === "/health") {
    response.writeHead(does("unhealthy") ? 500 : 200).end();
  } else {
    if (does("crashes")) {
      console.log("about to crash");
      process.exit(7);
    }
    if (isSampled(header)) sendSegment(path, header);
    // In the middle of the series and not by a health check, of which a quick run may see none.
    requests += 1;
    if (does("samples-health") && requests === 50) sendSegment("/health", "");
    response.end(does("wrong-answer") ? "Hello?" : "Hello X-Ray!");
  }
});
setTimeout(() => server.listen(Number(PORT)), does("listens-late") ? 1000 : 0);

if (!does("no-rules")) {
  const ask = request({ host: daemonHost, port: daemonPort, path: "/GetSamplingRules", method: "POST" });
  ask.on("error", () => undefined);
  ask.end("{}");
}

process.on("SIGTERM", () => {
  if (does("ignores-sigterm")) return;
  server.close();
  server.closeAllConnections();
});
