import { initTRPC } from "@trpc/server";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import type { Verifier } from "@usher-auth/verify";
import { usher as elysiaUsher } from "@usher-auth/verify/elysia";
import { usher as fetchUsher } from "@usher-auth/verify/fetch";
import { usher as h3Usher } from "@usher-auth/verify/h3";
import { usher as honoUsher } from "@usher-auth/verify/hono";
import { usher as trpcUsher, type UsherContext } from "@usher-auth/verify/trpc";
import { Elysia } from "elysia";
import { H3 } from "h3";
import { Hono } from "hono";
import type { FetchApp } from "./fetch-hosts.ts";
import type { HostedApp } from "./host.ts";

const paths = ["/me", "/api/:userId/tasks"] as const;

/** Every adapter that reads a fetch request, in an app of its framework. */
export function fetchApps(verifier: Verifier): readonly HostedApp<FetchApp>[] {
  const options = { verifier, ownerParam: "userId" };
  const app = (name: string, run: FetchApp, exceptions = {}): HostedApp<FetchApp> => ({
    name,
    exceptions,
    start: async () => ({ app: run, close: async () => {} }),
  });

  const hono = honoUsher(new Hono(), options);
  for (const path of paths) hono.get(path, (c) => c.json({ id: c.var.principal.id }));
  const h3 = new H3().use(h3Usher(options));
  for (const path of paths) h3.get(path, ({ context }) => ({ id: context.principal.id }));
  const elysia = new Elysia()
    .use(elysiaUsher(options))
    .get("/me", ({ principal }) => ({ id: principal.id }))
    .get("/api/:userId/tasks", ({ principal }) => ({ id: principal.id }));
  const trpc = trpcUsher(options);
  const t = initTRPC.context<UsherContext>().create({ errorFormatter: trpc.formatError });
  const procedure = trpc.protect(t.procedure).query(({ ctx }) => ({ id: ctx.principal.id }));

  return [
    ...imitableApps(verifier),
    app("hono", (request) => hono.fetch(request)),
    app("h3", (request) => h3.fetch(request), { "a frozen Request": "h3 writes to the request" }),
    app("elysia", (request) => elysia.handle(request)),
    app("trpc", (request) => {
      const [, user] = /\/api\/(\w+)\/tasks/.exec(request.url) ?? [];
      const input =
        user === undefined ? "" : `&input=${encodeURIComponent(JSON.stringify({ userId: user }))}`;
      const url = request.url.replace(/\/me|\/api\/\w+\/tasks/, "/tasks").replace(/\??$|\?/, "?") + input;
      return fetchRequestHandler({
        endpoint: "",
        req: new Request(url, { headers: request.headers }),
        router: t.router({ tasks: procedure }),
        createContext: () => trpc.createContext({ req: { headers: request.headers, url: request.url } }),
      });
    }),
  ];
}

/** The fetch adapter without a framework: with its own patterns, and with a framework's parameters. */
export function imitableApps(verifier: Verifier): readonly HostedApp<FetchApp>[] {
  const guard = fetchUsher({ verifier, ownerParam: "userId" });
  const byPath = guard.protect({ path: paths }, (_request, { principal }) =>
    Response.json({ id: principal.id }),
  );
  const params = async ({ url }: Request) => /\/api\/(?<userId>\w+)\/tasks/.exec(url)?.groups;
  const byParams = guard.protect({ params }, (_request, { principal }) =>
    Response.json({ id: principal.id }),
  );
  return [
    { name: "fetch, by patterns", start: async () => ({ app: byPath, close: async () => {} }) },
    {
      name: "fetch with a framework's parameters",
      start: async () => ({ app: byParams as FetchApp, close: async () => {} }),
    },
  ];
}
