import { requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";
import type { ContractOptions, Handle } from "../target.ts";
import type { FetchApp } from "./fetch-app.ts";

/** Every way to write an app with the guard's own patterns. */
export function createFetchShapes(options: ContractOptions, handle: Handle): FetchApp {
  const guard = usher(options);
  const own = (path: string | string[]) =>
    guard.protect({ path }, (_request: Request, { params }) => Response.json(handle({ params })));
  const scoped = (path: string | string[]) =>
    guard.protect({ path, policies: [requireScopes("tasks:write")] }, () => Response.json(handle({})));

  const inner = { owned: own("/outer/:userId/tasks"), scoped: scoped("/scoped-outer/*") };
  const routes: Record<string, FetchApp> = {
    open: () => Response.json(handle({})),
    outer: guard.protect({ path: "/outer/*" }, (request: Request) => inner.owned(request)),
    files: own("/files/:userId/*"),
    beside: own(["/beside/:userId", "/beside/*"]),
    scoped: scoped("/scoped"),
    "scoped-b": scoped(["/scoped-a", "/scoped-b"]),
    "scoped-rest": scoped("/scoped-rest/*"),
    "scoped-outer": guard.protect({ path: "/scoped-outer/*" }, (request: Request) => inner.scoped(request)),
  };
  const others = own(["/list-a/:userId", "/list-b/:userId", "/teams/:teamId/users/:userId"]);
  return (request) => {
    const [, first = ""] = new URL(request.url).pathname.split("/");
    return (routes[first] ?? others)(request);
  };
}
