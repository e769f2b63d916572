import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

/** Path, mode and content of everything in a directory. */
export function listing(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = entry.isFile() ? readFileSync(path, "utf8") : "";
      return `${path.slice(directory.length)} ${(statSync(path).mode & 0o7777).toString(8)} ${content}`;
    })
    .sort();
}
