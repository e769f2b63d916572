import { existsSync } from "node:fs";
import { startProcess } from "../../childProcess";

/** What opens a URL; the Windows subsystem for Linux has Windows's. */
export function browserCommand(
  url: string,
  platform = process.platform,
  isWsl = existsSync("/proc/sys/fs/binfmt_misc/WSLInterop"),
): string[] {
  if (platform === "darwin") return ["open", url];
  return isWsl ? ["explorer.exe", url] : ["xdg-open", url];
}

/** Opens a URL in the person's browser; whether that has begun. */
export async function openBrowser(url: string): Promise<boolean> {
  const { child, exited } = startProcess(browserCommand(url), { stdio: "ignore", detached: true });
  child.unref();
  const started = new Promise<boolean>((resolve) => child.once("spawn", () => resolve(true)));
  return Promise.race([started, exited.then(() => false)]);
}
