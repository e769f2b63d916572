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

/** A service that this one calls. */
export interface Callee {
  readonly name: string;
  readonly url: URL;
  /** When its whole answer must be there, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * Reads where a service that this one calls is found, and how long it may take: `DATE_URL` and `DATE_TIMEOUT_MS` (1 to
 * 60000) for the service `date`.
 *
 * @param timeoutMs how long it may take unless the environment says otherwise
 * @throws EnvironmentError for a value that can't be used
 */
export function readCallee(environment: NodeJS.ProcessEnv, name: string, timeoutMs: number): Callee {
  const prefix = name.toUpperCase();
  const url = environment[`${prefix}_URL`] ?? "";
  if (!/^http:\/\//.test(url) || !URL.canParse(url)) {
    throw new EnvironmentError(
      `${prefix}_URL`,
      url,
      `use the address of the service ${name}, as in http://${name}:8080`,
    );
  }
  const text = environment[`${prefix}_TIMEOUT_MS`] ?? String(timeoutMs);
  const timeout = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (timeout < 1 || timeout > 60_000) {
    throw new EnvironmentError(`${prefix}_TIMEOUT_MS`, text, "use a whole number of milliseconds from 1 to 60000");
  }
  return { name, url: new URL(url), timeoutMs: timeout };
}
