/** The log in which cloud-init keeps the output of the user data. */
const userDataLog = "/var/log/cloud-init-output.log";

/**
 * The shell commands which Run Command sends to the client. They end with exit code 0, and the version of Apache Bench
 * as the only output, when the user data is through and `ab` is there; otherwise with 1 and the end of the user data's
 * log.
 *
 * cloud-init says 2 instead of 0 when it is done but had warnings, which do not concern the user data
 * (https://cloudinit.readthedocs.io/en/latest/explanation/return_codes.html).
 */
export function readinessCommands(): string[] {
  return [
    `fail() { echo "$1 The end of ${userDataLog}:" >&2; tail -n 30 ${userDataLog} >&2; exit 1; }`,
    "code=0; cloud-init status --wait >/dev/null || code=$?",
    'if [ "$code" -ne 0 ] && [ "$code" -ne 2 ]; then fail "cloud-init ended with exit code $code."; fi',
    'command -v ab >/dev/null || fail "Apache Bench (ab) is not installed."',
    "ab -V | head -n 1",
  ];
}

/** The fields of an answer of GetCommandInvocation which tell how a command fares. */
interface Invocation {
  readonly Status?: string;
  readonly StatusDetails?: string;
  readonly ResponseCode?: number;
  readonly StandardOutputContent?: string;
  readonly StandardErrorContent?: string;
}

/** What to make of an invocation. */
type Verdict =
  | { readonly kind: "ready"; readonly abVersion: string }
  | { readonly kind: "running"; readonly seen: string }
  /** It never reached the instance, so nothing ran and it may be sent again. */
  | { readonly kind: "undelivered"; readonly seen: string }
  | { readonly kind: "failed"; readonly seen: string; readonly output: string };

/**
 * Judges an invocation by the states listed at
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/monitor-commands.html.
 */
export function judgeInvocation(invocation: Invocation): Verdict {
  const status = invocation.Status ?? "Pending";
  const details = invocation.StatusDetails ?? status;
  const output = `${invocation.StandardOutputContent ?? ""}\n${invocation.StandardErrorContent ?? ""}`.trim();
  const seen = `command ${status}${details === status ? "" : `, ${details}`}`;
  // The API spells the details both with and without blanks.
  const compact = details.replace(/\s/g, "");
  if (status === "Success") {
    return { kind: "ready", abVersion: apacheBenchVersion(output) };
  }
  if (["Pending", "InProgress", "Delayed", "Cancelling"].includes(status)) {
    return { kind: "running", seen };
  }
  if (compact === "DeliveryTimedOut" || compact === "Undeliverable") {
    return { kind: "undelivered", seen };
  }
  const code = invocation.ResponseCode ?? -1;
  return { kind: "failed", seen: code < 0 ? seen : `${seen}, exit code ${code}`, output };
}

/** The version in `This is ApacheBench, Version 2.3 <$Revision: …`, else the line as it is. */
function apacheBenchVersion(output: string): string {
  return /Version (\S+)/.exec(output)?.[1] ?? output.slice(0, 100);
}
