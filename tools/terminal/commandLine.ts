import { inspect, type ParseArgsConfig, parseArgs } from "node:util";
import { closest, distance } from "fastest-levenshtein";

/** A mistake in how a command was called; it is answered with one line and no stack trace. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;

const help = { help: { type: "boolean", short: "h" } } as const;

/**
 * The options of a command line; every command has `--help` and `-h` besides its own.
 *
 * @param options as `parseArgs` of Node.js takes them, all by their long names
 * @param environment where npm puts what it was given without a `--` before it
 * @throws UsageError that says which options there are
 */
export function parseOptions<const T extends Options>(
  options: T,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
) {
  const known: Options = { ...options, ...help };
  const parsed = parseArgs({ options: known, args: [...args], allowPositionals: true, strict: false });
  const { values, positionals } = takeFromNpm(known, parsed, environment);
  const allowed = `allowed are ${Object.keys(known)
    .map((name) => withValue(name, known))
    .join(", ")}`;
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(known, name));
  if (unknown !== undefined) {
    const meant = closest(unknown, Object.keys(known));
    const hint = distance(unknown, meant) <= unknown.length / 2 ? `did you mean --${meant}? ` : "";
    throw new UsageError(`unknown option ${dashes(unknown)}: ${hint}${allowed}`);
  }
  if (positionals[0] !== undefined) throw new UsageError(`unknown argument ${positionals[0]}: ${allowed}`);
  for (const [name, value] of Object.entries(values)) {
    const wantsText = known[name]?.type === "string";
    if (wantsText && (typeof value !== "string" || value === "")) {
      throw new UsageError(`--${name} needs a value: ${allowed}`);
    }
    if (!wantsText && typeof value !== "boolean") {
      throw new UsageError(`--${name} takes no value: ${allowed}`);
    }
  }
  // What is checked above is what `strict` would have typed.
  return values as ReturnType<typeof parseArgs<{ options: T & typeof help; strict: true }>>["values"];
}

type Parsed = Pick<ReturnType<typeof parseArgs>, "positionals"> & {
  readonly values: Readonly<Record<string, unknown>>;
};

/**
 * Adds what npm took for options of its own, because the `--` before it was forgotten: `npm start --stack chain` sets
 * `npm_config_stack` to `chain`, or, from npm 11 on, to `true` and hands on `chain` as an argument
 * (https://docs.npmjs.com/cli/v11/commands/npm-run#description).
 */
function takeFromNpm(options: Options, { values, positionals }: Parsed, environment: NodeJS.ProcessEnv): Parsed {
  const taken: Record<string, unknown> = {};
  const withoutValue: string[] = [];
  for (const [name, { type }] of Object.entries(options)) {
    const value = environment[`npm_config_${name.replaceAll("-", "_")}`];
    if (value === undefined || values[name] !== undefined) continue;
    if (type === "string" && value === "true") withoutValue.push(name);
    else taken[name] = type === "boolean" ? value === "true" : value;
  }
  const [name, another] = withoutValue;
  if (name === undefined) return { values: { ...values, ...taken }, positionals };
  // Which argument belongs to which of them cannot be told.
  if (another !== undefined)
    throw new UsageError(`npm took --${name} and --${another} for its own: type -- before them`);
  const [value = "", ...rest] = positionals;
  return { values: { ...values, ...taken, [name]: value }, positionals: rest };
}

function withValue(name: string, options: Options): string {
  return `--${name}${options[name]?.type === "string" ? ` <${name}>` : ""}`;
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
