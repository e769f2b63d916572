import { formatDate, LastAccess, readTimeZone } from "@traced-fargate/clock";
import type { ServiceDefinition } from "@traced-fargate/service";
import manifest from "./package.json";

/** The service date: `GET /` answers the current date, and notes in a table that it was asked. */
export const date: ServiceDefinition = {
  manifest,
  routes(app, environment) {
    const offset = readTimeZone(environment);
    const lastAccess = LastAccess.fromEnvironment(environment, "date");
    app.addHook("onClose", async () => lastAccess.close());
    app.get("/", async () => {
      const now = new Date();
      await lastAccess.write(now);
      return { currentDate: formatDate(now, offset) };
    });
  },
};
