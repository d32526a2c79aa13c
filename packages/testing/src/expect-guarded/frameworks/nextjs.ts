import type { OpenedApp } from "../opened-app.ts";
import { sendToFetch } from "../transport/fetch-handler.ts";

const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"] as const;

type RouteHandler = (request: Request, context: { readonly params: unknown }) => unknown;
/** A module `route.ts` of Next.js: a function for each method. */
export type RouteModule = { readonly [Method in (typeof methods)[number] | "OPTIONS"]?: RouteHandler };

export function isRouteModule(app: object): app is RouteModule {
  return methods.some((method) => typeof (app as RouteModule)[method] === "function");
}

/** Calls the module's functions as Next.js does. */
export function openRouteModule(module: RouteModule): OpenedApp {
  return {
    name: "route module",
    routes: [],
    methods: methods.filter((method) => module[method] !== undefined),
    send: sendToFetch((request, { params }) => {
      const { method } = request as { method: keyof RouteModule };
      // Next.js answers HEAD with GET, and a method that the module does not have with a 405.
      const handler = module[method] ?? (method === "HEAD" ? module.GET : undefined);
      if (handler === undefined) return new Response(null, { status: method === "OPTIONS" ? 204 : 405 });
      Object.defineProperty(request, "nextUrl", { value: new URL(request.url) });
      // A promise since Next.js 15, and an object before.
      return handler(request, { params: Object.assign(Promise.resolve(params), params) });
    }),
    unlisted: "A route module does not know its path.",
    close: async () => undefined,
  };
}
