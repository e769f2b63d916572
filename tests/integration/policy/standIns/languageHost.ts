import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { type RunPluginRequest, RunPluginResponse } from "@pulumi/pulumi/proto/language_pb";

/**
 * In front of Pulumi's language host for Node.js: starts policy packs, which the host that can be built here cannot, as
 * later ones do (`RunPlugin` in
 * https://github.com/pulumi/pulumi/blob/v3.245.0/sdk/nodejs/cmd/pulumi-language-nodejs/main.go), and passes all else on.
 */
async function serve([hostProgram = "", ...args]: readonly string[]): Promise<void> {
  const host = spawn(hostProgram, args, { stdio: ["ignore", "pipe", "inherit"] });
  host.on("exit", (code) => process.exit(code ?? 1));
  process.on("exit", () => host.kill());
  const [port] = (await once(createInterface(host.stdout), "line")) as [string];
  const options = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), options);
  const passedOn = Object.entries(LanguageRuntimeService)
    .filter(([, method]) => !method.responseStream)
    .map(([name, method]) => [name, passOn(client, method)]);
  const server = new grpc.Server(options);
  server.addService(LanguageRuntimeService, { ...Object.fromEntries(passedOn), runPlugin });
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, own) => {
    if (error !== null) throw error;
    process.stdout.write(`${own}\n`);
  });
}

function passOn<Request, Response>(
  client: grpc.Client,
  { path, requestSerialize, responseDeserialize }: grpc.MethodDefinition<Request, Response>,
): grpc.handleUnaryCall<Request, Response> {
  return ({ request }, done) => {
    client.makeUnaryRequest(path, requestSerialize, responseDeserialize, request, done);
  };
}

function runPlugin(call: grpc.ServerWritableStream<RunPluginRequest, RunPluginResponse>): void {
  const { request } = call;
  const folder = request.getInfo()?.getProgramDirectory() ?? "";
  const script = require.resolve("@pulumi/pulumi/cmd/run-policy-pack", { paths: [folder] });
  const environment = request.getEnvList().map((entry) => /^(.*?)=(.*)$/s.exec(entry)?.slice(1) ?? []);
  const pack = spawn(process.execPath, [script, ...request.getArgsList(), folder], {
    cwd: folder,
    env: Object.fromEntries(environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  pack.stdout.on("data", (data: Buffer) => call.write(new RunPluginResponse().setStdout(data)));
  pack.stderr.on("data", (data: Buffer) => call.write(new RunPluginResponse().setStderr(data)));
  pack.on("close", (code) => {
    call.write(new RunPluginResponse().setExitcode(code ?? 1));
    call.end();
  });
  call.on("cancelled", () => pack.kill());
}

void serve(process.argv.slice(2));
