import type { FastifyInstance, FastifyRequest } from "fastify";
import { isLocalRequest } from "./local.ts";
import type { RecentRefusals } from "./recent-refusals.ts";

/** The header of a refused request's response, with the path of its report. */
export const refusalHeader = "x-refusal";

/**
 * Whether a refused request gets a report: it is local, and its id is this API's. Other requests may have an
 * id that the client chose, and anyone could guess it.
 */
export function hasReport({ headers, id }: Pick<FastifyRequest, "headers" | "id">): boolean {
  return isLocalRequest(headers) && headers["x-request-id"] !== id;
}

/** Names the report of each refused request in its response. Register it before the guard. */
export function nameReports(app: FastifyInstance, refusals: RecentRefusals): void {
  app.addHook("onSend", (request, reply, payload, done) => {
    if (hasReport(request) && refusals.find(request.id) !== undefined) {
      reply.header(refusalHeader, `/dev/refusals/${request.id}`);
    }
    done(null, payload);
  });
}

/**
 * `GET /dev/refusals/:requestId`, for development: why a request was refused, as the log says. The demo page
 * shows it beside what the client got. Public, but nobody guesses an id, and the report has no token.
 */
export async function refusalRoute(
  app: FastifyInstance,
  { refusals }: { refusals: RecentRefusals },
): Promise<void> {
  app.get<{ Params: { requestId: string } }>(
    "/dev/refusals/:requestId",
    { config: { public: true }, schema: { hide: true } as object, exposeHeadRoute: false },
    (request, reply) => {
      const report = isLocalRequest(request.headers) ? refusals.find(request.params.requestId) : undefined;
      return report ?? reply.callNotFound();
    },
  );
}
