import { httpProblem } from "@usher-auth/verify";
import type { FastifyInstance } from "fastify";
import { sendProblem } from "./errors.ts";

/**
 * What holds for every request, before anything else looks at it: the answer names the request and is not to
 * be stored, and a request must say for which host it is (RFC 9112 section 3.2).
 */
export function prepareEveryRequest(app: FastifyInstance): void {
  app.addHook("onRequest", (request, reply, done) => {
    reply.headers({ "x-request-id": request.id, "cache-control": "no-store" });
    if (isHost(request.raw.headers.host)) return done();
    sendProblem(reply, httpProblem(400));
  });
}

/** RFC 9110 section 7.2: a host and a port, and nothing else that a URL may have. */
function isHost(host: string | undefined): boolean {
  return host !== undefined && !/[/\\?#@]/.test(host) && URL.canParse(`http://${host}`);
}
