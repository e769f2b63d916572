import { type FastifyReply, type FastifyRequest, LogController } from "fastify";

/** Fastify's request log without the lines that come with every request: what is left is what went wrong on our side. */
export class ErrorsOnly extends LogController {
  override incomingRequest(): void {}

  override routeNotFound(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    if (error) {
      super.requestCompleted(error, request, reply);
    }
  }

  override defaultErrorLog(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    if (reply.statusCode >= 500) {
      super.defaultErrorLog(error, request, reply);
    }
  }
}
