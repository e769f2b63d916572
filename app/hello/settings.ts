import { EnvironmentError } from "@traced-fargate/tracing";

/** What the environment says about the service itself. */
export interface Settings {
  /** TCP port to listen on, on every address of the container. */
  readonly port: number;
}

/**
 * Reads the environment: `PORT` (1 to 65535; absent means 8080).
 *
 * @throws EnvironmentError for a value that can't be used
 */
export function readSettings(environment: NodeJS.ProcessEnv): Settings {
  const text = environment.PORT ?? "8080";
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65535) {
    throw new EnvironmentError("PORT", text, "use a whole number from 1 to 65535");
  }
  return { port };
}
