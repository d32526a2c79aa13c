import { usher } from "@usher-auth/verify/fetch";
import type { CallersOptions, Handle } from "../target.ts";
import { callerRoutes, handlerFor } from "./caller-routes.ts";
import type { FetchApp } from "./fetch-app.ts";

/** One handler for a whole server, with the guard's own patterns. */
export function createFetchCallers(options: CallersOptions, handle: Handle): FetchApp {
  const guard = usher(options);
  const greeting = guard.protect({ path: "/greeting", optionalAuth: true }, (_request, { principal }) => {
    handle({ principal });
    return Response.json({ principal: principal?.id ?? null });
  });
  const handlers = callerRoutes.map((route) => ({
    route,
    run: guard.protect(route, (_request, access) => Response.json(handle(access))),
  }));
  return (request, ...rest) => {
    const isGreeting = new URL(request.url).pathname === "/greeting";
    const run: FetchApp = isGreeting ? greeting : handlerFor(handlers, request.url);
    return run(request, ...rest);
  };
}
