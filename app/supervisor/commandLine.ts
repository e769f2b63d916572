/** What the supervisor is to run. */
export interface SupervisorCommand {
  /** The daemon's program and arguments. */
  readonly daemon: readonly string[];
  /** The app's program and arguments. */
  readonly app: readonly string[];
  /**
   * Whether the app is to end of itself, as the probe does; its exit code is then the container's, also when it is 0.
   */
  readonly once: boolean;
}

export const USAGE = "usage: supervisor <daemon command> -- [--once] <app command>";

/**
 * Reads the command line. The daemon's command comes first, so that an image can hold it in its ENTRYPOINT and whoever
 * overrides the image's CMD, as a one-off task does, still gets a daemon.
 *
 * @returns nothing when a command is missing
 */
export function readCommandLine(args: readonly string[]): SupervisorCommand | undefined {
  const separator = args.indexOf("--");
  const rest = args.slice(separator + 1);
  const once = rest[0] === "--once";
  const command = { daemon: args.slice(0, Math.max(separator, 0)), app: once ? rest.slice(1) : rest, once };
  return command.daemon.length > 0 && command.app.length > 0 ? command : undefined;
}
