import { requireClaim, requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";
import { brokenPolicy, type ContractOptions, type Handle, handlerFailure } from "../target.ts";

/** A handler with the server's other arguments, such as a Worker's context. */
export type FetchApp = (request: Request, ...rest: unknown[]) => Response | Promise<Response>;

/**
 * One handler for a whole server, with the guard's own patterns, as for Bun.serve, Deno.serve and Workers.
 */
export function createFetchApp(options: ContractOptions, handle: Handle): FetchApp {
  const guard = usher(options);
  const routes: Readonly<Record<string, FetchApp>> = {
    "/public": () => Response.json(handle({})),
    "/scoped": guard.protect(
      { path: "/scoped", policies: [requireScopes("tasks:write")] },
      (_request, access) => Response.json(handle(access)),
    ),
    "/role": guard.protect(
      { path: "/role", policies: [requireClaim(({ role }) => role === "admin")] },
      (_request, access) => Response.json(handle(access)),
    ),
    "/broken": guard.protect(
      { path: "/broken", policies: [requireClaim(brokenPolicy)] },
      (_request, access) => Response.json(handle(access)),
    ),
  };
  const ownScoped = guard.protect(
    { path: "/api/:userId/scoped", policies: [requireScopes("tasks:read", "tasks:write")] },
    (_request, access) => Response.json(handle(access)),
  );
  const echo = usher({ ...options, ownerParam: null }).protect(
    { path: ["/echo/:userId/tasks", "/echo/:userId/tasks/:taskId"] },
    (_request, { params }) => Response.json(handle({ params })),
  );
  const main = guard.protect(
    { path: ["/me", "/throws", "/api/:userId/tasks", "/api/:userId/tasks/:taskId"] },
    (_request, access) => {
      if (access.path === "/throws") throw new Error(handlerFailure);
      return Response.json(handle(access));
    },
  );

  return (request, ...rest) => {
    const { pathname } = new URL(request.url);
    const isScoped = /^\/api\/[^/]+\/scoped$/.test(pathname);
    const handler = isScoped ? ownScoped : /echo/i.test(pathname) ? echo : (routes[pathname] ?? main);
    return handler(request, ...rest);
  };
}
