import { inspect, type ParseArgsConfig, parseArgs } from "node:util";

/** A mistake in how a command was called; it is answered with one line and no stack trace. */
class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * The options of a command line.
 *
 * @param options as `parseArgs` of Node.js takes them, all by their long names
 * @throws UsageError that says which options there are
 */
export function parseOptions<const T extends Options>(options: T, args: readonly string[]) {
  const { values, positionals } = parseArgs({ options, args: [...args], allowPositionals: true, strict: false });
  const names = Object.entries(options).map(([name, { type }]) => `--${name}${type === "string" ? ` <${name}>` : ""}`);
  const allowed = `allowed are ${names.join(", ")}`;
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(options, name));
  if (unknown !== undefined || positionals[0] !== undefined) {
    const argument = unknown === undefined ? `argument ${positionals[0]}` : `option ${dashes(unknown)}`;
    throw new UsageError(`unknown ${argument}: ${allowed}`);
  }
  for (const [name, value] of Object.entries(values)) {
    if (options[name]?.type === "string" && (typeof value !== "string" || value === "")) {
      throw new UsageError(`--${name} needs a value: ${allowed}`);
    }
    if (options[name]?.type === "boolean" && typeof value !== "boolean") {
      throw new UsageError(`--${name} takes no value: ${allowed}`);
    }
  }
  // What is checked above is what `strict` would have typed.
  return values as ReturnType<typeof parseArgs<{ options: T; strict: true }>>["values"];
}

function dashes(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

/**
 * The exit code of a command; expected errors become one line.
 *
 * @param stderr takes what went wrong
 */
export async function exitCodeOf(
  command: () => Promise<number>,
  isExpected: (error: unknown) => boolean,
  stderr: NodeJS.WritableStream,
): Promise<number> {
  try {
    return await command();
  } catch (error) {
    const expected = error instanceof UsageError || isExpected(error);
    stderr.write(`${expected && error instanceof Error ? `error: ${error.message}` : inspect(error)}\n`);
    return 1;
  }
}

/** Makes the exit code of a command the process's. */
export function endWith(command: Promise<number>): void {
  // Whatever ends the process early, for example a promise that never settles, is a failure.
  process.exitCode = 1;
  void command.then((code) => {
    process.exitCode = code;
  });
}
