import type { ServiceDefinition } from "@traced-fargate/service";
import manifest from "./package.json";

const GREETING = "Hello X-Ray!";

/** The hello service: `GET /` answers the greeting. */
export const hello: ServiceDefinition = {
  manifest,
  routes(app) {
    app.get("/", (_request, reply) => {
      reply.type("text/plain; charset=utf-8").send(GREETING);
    });
  },
};
