/**
 * Loaded by `NODE_OPTIONS` into the Node.js processes of a local run, and nowhere else: what AWS runs knows nothing of
 * it. Servers listen on loopback only, whatever address they ask for, and every answer names the run it comes from, so
 * that nobody takes another program's answer for it. identity.ts asks.
 */
const { Server: HttpServer } = require("node:http");
const { Server: NetServer } = require("node:net");

const run = process.env.LOCAL_RUN ?? "";
const loopback = "127.0.0.1";

const { listen } = NetServer.prototype;
NetServer.prototype.listen = function (...args) {
  const [first, second] = args;
  if (typeof first === "object" && first?.port !== undefined) {
    args[0] = { ...first, host: loopback };
  } else if (/^\d+$/.test(String(first))) {
    args.splice(1, typeof second === "string" ? 1 : 0, loopback);
  }
  return listen.apply(this, args);
};

const { emit } = HttpServer.prototype;
HttpServer.prototype.emit = function (event, ...args) {
  if (event !== "request") return emit.call(this, event, ...args);
  const [request, response] = args;
  response.setHeader("x-local-run", run);
  if (request.url !== "/.local-run") return emit.call(this, event, ...args);
  response.writeHead(204).end();
  return true;
};
