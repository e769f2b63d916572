/**
 * What a task finds in its network on Fargate: X-Ray, credentials and metadata. Sends its parent process a certificate
 * when it is ready, the authority of X-Ray's, then all segments that arrive. Its argument is a folder for its files.
 */
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { defaultSamplingRule } from "../../../tools/localRun/checks/sampling";
import { JsonServer } from "../../../tools/localRun/standIns/jsonServer";
import { XrayApi } from "../../../tools/localRun/standIns/xrayApi";
import { FARGATE_CONTAINER, FARGATE_TASK } from "../../app/helpers/metadataEndpoint";
import { addresses } from "./task";

const [, , folder = ""] = process.argv;
const [key, cert] = ["key.pem", "cert.pem"].map((file) => join(folder, file)) as [string, string];
const send = (message: unknown): void => void process.send?.(message);

/** Credentials of the task's role (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html). */
const credentials = () => ({
  AccessKeyId: "ASIAIOSFODNN7EXAMPLE",
  SecretAccessKey: "secret",
  Token: "token",
  Expiration: new Date(Date.now() + 3_600_000).toISOString(),
});

/** A certificate for X-Ray's name, which is its own authority. */
function certificate() {
  const kind = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const name = ["-subj", "/CN=xray", "-addext", "subjectAltName=DNS:xray.eu-central-1.amazonaws.com"];
  execFileSync("openssl", [...kind, "-keyout", key, "-out", cert, ...name], { stdio: "pipe" });
  return { key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8") };
}

async function open(): Promise<void> {
  for (const address of Object.values(addresses)) execFileSync("ip", ["address", "add", `${address}/32`, "dev", "lo"]);
  const metadata = new JsonServer((operation) => {
    const body = operation.startsWith("GET /v4/") ? FARGATE_CONTAINER : credentials();
    return { status: 200, body: operation.endsWith("/task") ? FARGATE_TASK : body };
  });
  await metadata.listen(80, addresses.agent);
  const tls = certificate();
  const xray = new XrayApi([defaultSamplingRule], (segments) => send(segments), tls);
  const [host, port] = (await xray.listen()).split(":");
  const endpoint = createServer((socket) => {
    const there = connect(Number(port), host);
    socket.pipe(there).pipe(socket);
    for (const [end, other] of [
      [socket, there],
      [there, socket],
    ] as const)
      end.on("error", () => other.destroy());
  });
  endpoint.listen(443, addresses.xray);
  await once(endpoint, "listening");
  send(tls.cert);
}

process.once("disconnect", () => process.exit());
void open();
