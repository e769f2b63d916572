/**
 * Name of the S3 bucket that Amazon Linux 2023 installs its packages from in one region, with the suffix that every
 * region shares; `dnf repoinfo` on an instance prints it. Because it is a bucket of the client's own region, an S3
 * gateway endpoint is all that `dnf` needs: no NAT gateway, no internet gateway.
 */
export function packageRepositoryBucket(region: string): string {
  return `al2023-repos-${region}-de612dc2`;
}

/** How often the package installation is tried, and how long is waited between two tries, in seconds. */
const packageInstallation = { attempts: 12, pauseSeconds: 10 } as const;

/**
 * The shell script that cloud-init runs once, as root, when the load client boots for the first time: it makes swap
 * space, then installs Apache Bench (`ab`, from `httpd-tools`).
 *
 * It ends with a non-zero exit code when the package could not be installed; cloud-init then reports `status: error`,
 * which the readiness resource turns into a failed `pulumi up`. Its output is kept in `/var/log/cloud-init-output.log`
 * and on the instance's console, which can be read even while the instance has no way to reach Systems Manager.
 *
 * @param region AWS region of the client, such as `eu-central-1`; named in the error message.
 */
export function userData(region: string): string {
  const { attempts, pauseSeconds } = packageInstallation;
  const lines = [
    "#!/bin/bash",
    "set -euo pipefail",
    "",
    'log() { echo "load-client $(date -u +%FT%TZ) $*"; }',
    "",
    "# The smallest instance types have 512 MiB of memory, and dnf is killed there while it loads the metadata of its",
    "# packages. dd writes the file out in full, because swapon refuses files with holes. Only this script needs the",
    "# space, so the file is not in fstab.",
    'log "making 1 GiB of swap space"',
    "dd if=/dev/zero of=/swapfile bs=1M count=1024 status=none",
    "chmod 600 /swapfile",
    "mkswap /swapfile",
    "swapon /swapfile",
    "",
    "# dnf's own timeout and retries are kept short, so that this loop decides how long the whole takes.",
    "attempt=1",
    "until dnf install -y --setopt=install_weak_deps=False --setopt=timeout=15 --setopt=retries=2 httpd-tools; do",
    `  if [ "$attempt" -ge ${attempts} ]; then`,
    `    log "giving up after $attempt attempts: httpd-tools cannot be installed." \\`,
    `      "The S3 gateway endpoint, its policy and the security group must allow ${packageRepositoryBucket(region)}."`,
    "    exit 1",
    "  fi",
    `  log "attempt $attempt of ${attempts} failed, trying again in ${pauseSeconds} s"`,
    "  attempt=$((attempt + 1))",
    `  sleep ${pauseSeconds}`,
    "done",
    "",
    "command -v ab",
    'log "ready"',
  ];
  return `${lines.join("\n")}\n`;
}
