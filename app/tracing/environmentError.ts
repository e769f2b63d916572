/**
 * A setting in the environment that the service can't start with; the message names the variable, its value and the
 * remedy.
 */
export class EnvironmentError extends Error {
  override readonly name = "EnvironmentError";

  constructor(variable: string, value: string, remedy: string) {
    super(`${variable} is ${JSON.stringify(value)}: ${remedy}`);
  }
}
