import { EnvironmentError, readableError } from "@traced-fargate/tracing";
import pino from "pino";
import { buildService, describeRequest, type ServiceDefinition, serviceName } from "./buildService";
import { readSettings } from "./settings";
import { prepareShutdown } from "./shutdown";

/**
 * Runs a service until SIGTERM or SIGINT, and ends the process: 0 after a complete shutdown, 1 when it can't start or
 * had to cut requests off, or an error that nobody caught ended it.
 */
export async function run(definition: ServiceDefinition): Promise<void> {
  const name = serviceName(definition);
  const log = pino({ name, mixin: describeRequest });
  let stopping = false;
  try {
    const { port, drainMs } = readSettings(process.env);
    const app = buildService(definition, process.env, log);
    const shutDown = prepareShutdown(app, { drainMs });
    process.once("uncaughtException", async (thrown: unknown) => {
      log.fatal({ err: readableError(thrown) }, "uncaught error");
      app.metrics?.write();
      await app.tracer?.flush();
      process.exit(1);
    });
    const stop = async (signal: string) => {
      stopping = true;
      log.info({ signal }, "shutting down");
      const inTime = await shutDown();
      process.exit(inTime ? 0 : 1);
    };
    process.once("SIGTERM", stop).once("SIGINT", stop);
    await app.listen({ port, host: "0.0.0.0" });
    log.info({ port, tracing: process.env.TRACING ?? "none" }, "listening");
  } catch (error) {
    if (stopping) {
      return; // Stopped before it could listen, which is not the service's fault.
    }
    process.stderr.write(`${name}: ${startProblem(error)}\n`);
    process.exit(1);
  }
}

/** One line for a problem that the operator can solve, everything we know for one that only we can. */
function startProblem(error: unknown): string {
  if (error instanceof EnvironmentError) {
    return error.message;
  }
  if (error instanceof Error && "code" in error && error.code === "EADDRINUSE") {
    return `${error.message}: set PORT to a port that is free`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
