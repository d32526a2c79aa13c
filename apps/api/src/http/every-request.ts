import { httpProblem } from "@usher-auth/verify/http";
import type { FastifyInstance } from "fastify";
import { sendProblem } from "./errors.ts";

/**
 * The first hook of every request: the response carries the request's id and is not cached, and a request
 * without a valid Host header is rejected (RFC 9112 section 3.2).
 */
export function prepareEveryRequest(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers({ "x-request-id": request.id, "cache-control": "no-store" });
    if (isHost(request.raw.headers.host)) return done();
    sendProblem(reply, httpProblem(400));
  });
}

/** RFC 9110 section 7.2: a host and a port, and no other part of a URL. */
function isHost(host: string | undefined): boolean {
  return host !== undefined && !/[/\\?#@]/.test(host) && URL.canParse(`http://${host}`);
}
