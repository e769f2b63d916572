import { callService, readCallee, type ServiceDefinition } from "@traced-fargate/service";
import { inSubsegment } from "@traced-fargate/tracing";
import manifest from "./package.json";

/** How long a backend may take, in milliseconds: longer than its own two tries at DynamoDB. */
const BACKEND_MS = 2500;

/** The service bff (backend for the frontend): `GET /` asks the backends, one after the other, and answers for both. */
export const bff: ServiceDefinition = {
  manifest,
  routes(app, environment) {
    const date = readCallee(environment, "date", BACKEND_MS);
    const time = readCallee(environment, "time", BACKEND_MS);
    app.get("/", () =>
      inSubsegment("combine", async () => {
        const { currentDate } = (await callService(date)).body;
        const { currentTime } = (await callService(time)).body;
        return { currentDate, currentTime };
      }),
    );
  },
};
