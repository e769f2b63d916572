import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { engines } from "../../package.json";

const { satisfies, minVersion }: SemVer = require("semver");

interface SemVer {
  satisfies(version: string, range: string): boolean;
  minVersion(range: string): { readonly version: string };
}

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly engines?: { readonly node?: string } }>>;
}

describe("the packages", () => {
  it("run on the oldest Node.js that is promised, so that npm warns of none", () => {
    const lock: LockFile = JSON.parse(readFileSync(join(__dirname, "../../package-lock.json"), "utf8"));
    const { version } = minVersion(engines.node);
    const others = Object.entries(lock.packages).filter(
      ([, { engines: { node = "*" } = {} }]) => !satisfies(version, node),
    );
    assert.deepEqual(
      others.map(([path]) => path),
      [],
    );
  });
});
