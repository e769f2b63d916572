// Runs in the network namespace of one node: listens on ports, answers with the node's name, and tries to reach others.
const dgram = require("node:dgram");
const { once } = require("node:events");
const net = require("node:net");

/** Nothing waits for this in a sound network: whoever is not let through is refused at once. */
const silenceMs = 20_000;

let listeners = [];

/** Listens on these ports and on no others. */
async function listen({ name, tcp, udp }) {
  for (const listener of listeners) listener.close();
  listeners = [
    ...tcp.map((port) => net.createServer((socket) => socket.on("error", () => {}).end(name)).listen(port, "0.0.0.0")),
    ...udp.map((port) => {
      const socket = dgram.createSocket("udp4");
      socket.on("message", (_message, { port: from, address }) => socket.send(name, from, address));
      return socket.bind(port, "0.0.0.0");
    }),
  ];
  await Promise.all(listeners.map((listener) => once(listener, "listening")));
  return "listening";
}

/** The name of who has answered, or the code of the error. */
function attempt({ protocol, address, port }) {
  return new Promise((resolve) => {
    let close;
    const end = (outcome) => {
      clearTimeout(timer);
      close?.();
      close = undefined;
      resolve(outcome);
    };
    const timer = setTimeout(() => end("silence"), silenceMs);
    if (protocol === "udp") {
      const socket = dgram.createSocket("udp4");
      close = () => socket.close();
      socket.on("error", ({ code }) => end(code));
      socket.on("message", (message) => end(`${message}`));
      socket.connect(port, address, (error) => (error ? end(error.code) : socket.send("x")));
      return;
    }
    let text = "";
    const socket = net.connect(port, address);
    close = () => socket.destroy();
    socket.setEncoding("utf8");
    socket.on("data", (more) => {
      text += more;
    });
    socket.on("error", ({ code }) => end(code));
    socket.on("end", () => end(text));
  });
}

process.on("message", async ({ listening, attempts }) => {
  process.send(listening === undefined ? await Promise.all(attempts.map(attempt)) : await listen(listening));
});
process.once("disconnect", () => process.exit());
