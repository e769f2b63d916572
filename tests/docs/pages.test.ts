import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { scripts } from "../../package.json";

const root = join(__dirname, "../..");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const folders = ["app", "components", "config", "docs", "tests", "tools"];
const pages = [
  ...readdirSync(root),
  ...folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((file) => `${folder}/${file}`),
  ),
].filter((path) => path.endsWith(".md") && !path.includes("node_modules"));

const withoutCode = (page: string): string => page.replace(/^ *```.*?^ *```$/gms, "");

/** What GitHub makes of the headings of a page for links to them. */
function anchorsOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

/** The relative links of a page which lead nowhere. */
function brokenLinks(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = ""]) => link)
    .filter((link) => !/^https?:/.test(link))
    .filter((link) => {
      const [path = "", anchor] = link.split("#");
      const target = path === "" ? page : join(dirname(page), path);
      return !existsSync(join(root, target)) || (anchor !== undefined && !anchorsOf(read(target)).includes(anchor));
    });
}

describe("pages of the documentation", () => {
  for (const page of pages) {
    const text = read(page);

    it(`${page} links to what there is`, () => assert.deepEqual(brokenLinks(page, text), []));

    it(`${page} names files and scripts that there are`, () => {
      const files = [...text.matchAll(/`([a-z]+)(\/[\w./-]+)`/g)]
        .filter(([, folder = ""]) => folders.includes(folder))
        .map(([, folder = "", path = ""]) => folder + path);
      assert.deepEqual(
        files.filter((file) => !existsSync(join(root, file))),
        [],
      );
      const commands = [...text.matchAll(/npm\s+(?:run\s+(?:-s\s+)?([\w:]+)|(start|test)\b)/g)];
      const named = commands.map(([, script = "", short = script]) => short);
      assert.deepEqual(
        named.filter((script) => !Object.hasOwn(scripts, script)),
        [],
      );
    });

    it(`${page} has lines of 120 characters at most, tables, code and links excepted`, () => {
      const long = withoutCode(text)
        .split("\n")
        .filter((line) => line.length > 120 && !line.startsWith("|") && /\s\S+\s/.test(line));
      assert.deepEqual(long, []);
    });
  }
});
