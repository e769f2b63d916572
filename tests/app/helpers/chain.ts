import { bff } from "../../../app/bff/service";
import { date } from "../../../app/date/service";
import { frontend } from "../../../app/frontend/service";
import { time } from "../../../app/time/service";
import { DynamodbStandIn } from "../../../tools/localRun/standIns/dynamodb";
import { Services, type TracerName } from "./services";

/** The four services in this process, with one daemon for all of them, and a table. */
export class Chain {
  private readonly before = { ...process.env };

  private constructor(
    readonly services: Services,
    readonly dynamodb: DynamodbStandIn,
    readonly urls: Record<"frontend" | "bff" | "date" | "time", string>,
  ) {}

  /**
   * @param environment what is different in the environment of all services
   * @param tracers of the services that do not send segments to the X-Ray daemon
   */
  static async start(
    environment: Readonly<Record<string, string>> = {},
    tracers: Readonly<Record<string, TracerName>> = {},
  ): Promise<Chain> {
    const services = await Services.start();
    const dynamodb = new DynamodbStandIn([{ name: "table", key: { name: "SubAppId", type: "S" } }]);
    const urls = { frontend: "", bff: "", date: "", time: "" };
    const chain = new Chain(services, dynamodb, urls);
    Object.assign(process.env, await dynamodb.listen());
    const own = { AWS_REGION: "eu-central-1", TABLE_NAME: "table", ...environment };
    const ownOf = (name: string) => ({ TRACING: tracers[name] ?? "xray", ...own });
    urls.date = await services.serve(date, ownOf("date"));
    urls.time = await services.serve(time, ownOf("time"));
    urls.bff = await services.serve(bff, { DATE_URL: urls.date, TIME_URL: urls.time, ...ownOf("bff") });
    urls.frontend = await services.serve(frontend, { BFF_URL: urls.bff, ...own, TRACING: "none" });
    return chain;
  }

  async close(): Promise<void> {
    await this.services.close();
    await this.dynamodb.close();
    process.env = this.before;
  }
}
