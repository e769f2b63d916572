import type { EnvironmentVariable } from "../containers/containerDefinition";

/** What of the configuration the services of an app are told. */
export interface AppSettings {
  /** Offset from UTC of the dates and times shown, such as `+09:00`. */
  readonly timeZone: string;
  /** Whether every service logs a line for every request. */
  readonly accessLog: "off" | "on";
  /** Whether every service counts its requests, and writes the counts to its log as metrics. */
  readonly metrics: boolean;
}

/** A service of an app: one Fargate service, with roles, logs and a security group of its own. */
export interface AppService {
  /** Its workspace below `app/`, its container and its name in DNS. */
  readonly name: string;
  /**
   * Who calls it: other services of the app, or `client`, where the stack has one. Each of these services finds it by
   * `<NAME>_URL` in its environment.
   */
  readonly callers: readonly string[];
  /** Whether a collector runs beside it. */
  readonly traced: boolean;
  /** Whether it writes to the app's table, which it finds by `TABLE_NAME` in its environment. @default false */
  readonly usesTable?: boolean;
  /** What its environment holds besides. @default nothing */
  readonly environment?: (settings: AppSettings) => readonly EnvironmentVariable[];
}

const timeZone = (settings: AppSettings) => [{ name: "TIME_ZONE", value: settings.timeZone }];

/** The apps a stack can choose from, each a list of services. */
export const apps = {
  hello: [{ name: "hello", callers: ["client"], traced: true }],
  chain: [
    { name: "frontend", callers: ["client"], traced: false, environment: timeZone },
    { name: "bff", callers: ["client", "frontend"], traced: true },
    { name: "date", callers: ["bff"], traced: true, usesTable: true, environment: timeZone },
    { name: "time", callers: ["bff"], traced: true, usesTable: true, environment: timeZone },
  ],
} satisfies Record<string, readonly AppService[]>;

/** Their names, the first being the usual choice. */
export const appNames = Object.keys(apps) as [Name, ...Name[]];

type Name = keyof typeof apps;
