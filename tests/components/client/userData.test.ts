import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { userData } from "../../../components/client/userData";

describe("userData, run by bash with stand-ins for the programs that need root", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "user-data-"));
    for (const name of ["dd", "chmod", "mkswap", "swapon", "sleep"]) {
      program(name, "");
    }
    program("ab", "");
    writeFileSync(join(folder, "date"), "#!/bin/bash\necho TIME\n", { mode: 0o755 });
    writeFileSync(join(folder, "tries"), "0");
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  /** Puts a program on the path that notes its call, then does as `body` says. */
  function program(name: string, body: string): void {
    writeFileSync(join(folder, name), `#!/bin/bash\necho "${name} $*" >> "${folder}/calls"\n${body}\n`, {
      mode: 0o755,
    });
  }

  function run() {
    // Nothing but the stand-ins is on the path, so that no real program can be called by mistake.
    const result = spawnSync("/bin/bash", ["-c", userData("eu-central-1")], {
      encoding: "utf8",
      env: { PATH: folder },
    });
    const calls = readFileSync(join(folder, "calls"), "utf8").trim().split("\n");
    return { code: result.status, output: result.stdout, calls };
  }

  const swap = [
    "dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none",
    "chmod 600 /swapfile",
    "mkswap /swapfile",
    "swapon /swapfile",
  ];
  const install = "dnf install -y --setopt=install_weak_deps=False --setopt=timeout=15 --setopt=retries=2 httpd-tools";

  it("tries again until dnf succeeds", () => {
    program("dnf", `tries=$(<${folder}/tries); echo $((tries + 1)) > ${folder}/tries; [ "$tries" -ge 2 ]`);
    const { code, output, calls } = run();
    assert.deepEqual(calls, [...swap, install, "sleep 10", install, "sleep 10", install]);
    assert.equal(
      output,
      `${[
        "load-client TIME making 1 GiB of swap space",
        "load-client TIME attempt 1 of 12 failed, trying again in 10 s",
        "load-client TIME attempt 2 of 12 failed, trying again in 10 s",
        join(folder, "ab"),
        "load-client TIME ready",
      ].join("\n")}\n`,
    );
    assert.equal(code, 0);
  });

  it("gives up after twelve attempts and says what to look at", () => {
    program("dnf", "exit 1");
    const { code, output, calls } = run();
    assert.equal(code, 1);
    assert.equal(calls.filter((call) => call === install).length, 12);
    assert.equal(calls.filter((call) => call === "sleep 10").length, 11);
    assert.match(
      output,
      /giving up after 12 attempts: httpd-tools cannot be installed\. The S3 gateway endpoint, its policy and the security group must allow al2023-repos-eu-central-1-de612dc2\.\n$/,
    );
  });

  it("does not go on without swap space", () => {
    program("swapon", "exit 255");
    program("dnf", "");
    const { code, calls } = run();
    assert.equal(code, 255);
    assert.deepEqual(calls, swap);
  });

  it("fails when the package came without ab", () => {
    rmSync(join(folder, "ab"));
    program("dnf", "");
    assert.equal(run().code, 1);
  });
});
