import type { Server } from "node:http";
import { createAdaptorServer } from "@hono/node-server";
import { requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";
import { Hono } from "hono";
import type { TargetShapes } from "../target.ts";
import { createFetchShapes } from "./fetch-shapes-app.ts";
import { refusedPatterns } from "./path-shapes.ts";
import { listen } from "./server.ts";

const refusedAtStart = refusedPatterns((options, path) =>
  usher(options).protect({ path }, () => new Response()),
);

export const fetchPathShapes: TargetShapes = {
  owned: {
    "a list of paths": "/list-b/{owner}",
    "a handler in a handler": "/outer/{owner}/tasks",
    "before a wildcard": "/files/{owner}/a/b",
    "before a wildcard that is empty": "/files/{owner}/",
    "next to a wildcard": "/beside/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of a handler": "/scoped",
    "of a list of paths": "/scoped-b",
    "of a wildcard": "/scoped-rest/anything",
    "of a handler in a handler": "/scoped-outer/inner",
  },
  open: { "a handler next to it": "/open" },
  rejected: {},
  refusedAtStart,
  start: (options, handle) =>
    listen(createAdaptorServer({ fetch: createFetchShapes(options, handle) }) as Server),
};

type Params = Record<string, string | string[] | undefined>;

/** The ways in which frameworks pass their parameters. Hono's router is used instead of theirs. */
export const fetchParamShapes: TargetShapes = {
  owned: {
    "a promise of them, as in Next.js": "/next/{owner}",
    "an object, as in SvelteKit and React Router": "/event/{owner}",
    "on the request, as in Bun": "/bun/{owner}",
    "a handler in a handler": "/outer/{owner}",
    "an optional owner": "/optional/{owner}",
    "next to a wildcard": "/beside/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: { "of a handler": "/scoped", "of a handler in a handler": "/scoped-outer" },
  open: { "a handler that is not wrapped": "/open" },
  rejected: {
    "an optional owner that is missing": "/optional",
    "an optional owner without a value": "/without-value",
    "another spelling": "/misspelt/alice",
    "a catch-all, as in Next.js": "/catch-all/alice",
  },
  refusedAtStart: {
    ...refusedAtStart,
    "another spelling of an optional owner": (options) =>
      usher(options).protect({ params: () => ({}), optional: ["user_id"] }, () => new Response()),
  },
  async start(options, handle) {
    const guard = usher(options);
    const policies = [requireScopes("tasks:write")];
    const framework = new Hono();
    const route = (
      path: string,
      handler: (request: Request, params: Params) => Response | Promise<Response>,
    ) => framework.get(path, (c) => handler(c.req.raw, c.req.param() as Params));
    const own = guard.protect(
      { params: (_request: Request, params: Params) => params },
      (_request, { params }) => Response.json(handle({ params })),
    );
    const scoped = guard.protect({ params: (_request: Request, params: Params) => params, policies }, () =>
      Response.json(handle({})),
    );

    route("/open", () => Response.json(handle({})));
    const next = guard.protect(
      { params: (_request: Request, context: { params: Promise<Params> }) => context.params },
      (_request, { params }) => Response.json(handle({ params })),
    );
    route("/next/:userId", (request, params) => next(request, { params: Promise.resolve(params) }));
    const event = guard.protect(
      { params: (_request: Request, { params }: { params: Params }) => params },
      () => Response.json(handle({})),
    );
    route("/event/:userId", (request, params) => event(request, { params }));
    const bun = guard.protect({ params: (request: Request & { params: Params }) => request.params }, () =>
      Response.json(handle({})),
    );
    route("/bun/:userId", (request, params) => bun(Object.assign(request, { params })));
    const none = { params: (_request: Request, _params: Params) => ({}) };
    const outer = guard.protect(none, (request, _access, params) => own(request, params));
    route("/outer/:userId", (request, params) => outer(request, params));
    const scopedOuter = guard.protect(none, (request, _access, params) => scoped(request, params));
    route("/scoped-outer", (request, params) => scopedOuter(request, params));
    for (const path of ["/beside/:userId", "/beside/*", "/teams/:teamId/users/:userId", "/misspelt/:user_id"])
      route(path, own);
    route("/scoped", scoped);
    const optional = guard.protect(
      { params: (_request: Request, params: Params) => params, optional: ["userId"] },
      (_request, { params }) => Response.json(handle({ params })),
    );
    route("/optional", (request) => optional(request, {}));
    route("/optional/:userId", optional);
    // React Router has the name, with the value undefined.
    route("/without-value", (request) => own(request, { userId: undefined }));
    route("/catch-all/:userId", (request, { userId }) => own(request, { userId: [String(userId)] }));
    const unknown = guard.protect({ path: "/no-such-path" }, () => new Response());
    framework.all("*", (c) => unknown(c.req.raw));
    return listen(createAdaptorServer({ fetch: framework.fetch }) as Server);
  },
};
