import { createServer, type RequestListener } from "node:http";
import { guardedRoutes } from "../flaws.ts";
import { content, health, isLeftOut, type SampleFramework, type SampleParts } from "./sample.ts";

const patterns: readonly (readonly [string, RegExp])[] = [
  ["GET", /^\/health$/],
  ["GET", /^\/early$/],
  ["GET", /^\/api\/[^/]+\/tasks$/],
  ["POST", /^\/api\/[^/]+\/tasks$/],
  ["DELETE", /^\/api\/[^/]+\/tasks\/[^/]+$/],
  ["GET", /^\/orgs\/[^/]+\/members$/],
  ["GET", /^\/profiles\/[^/]+$/],
  ["GET", /^\/nested\/reports$/],
];

interface Answered {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

function answer(
  parts: SampleParts,
  method: string,
  url: string,
  header: (name: string) => string | undefined,
): Answered {
  const [path = ""] = url.split("?", 1);
  const refusal = isLeftOut({ url }, parts) ? undefined : parts.gate({ method, url, header });
  if (refusal !== undefined) return refusal;
  const sent = method === "HEAD" ? "GET" : method;
  const isThere = patterns.some(([one, pattern]) => one === sent && pattern.test(path));
  return isThere
    ? { status: 200, body: JSON.stringify(path === "/health" ? health : content) }
    : { status: 404, body: "" };
}

function fetchHandler(parts: SampleParts): (request: Request) => Response {
  return (request) => {
    const { pathname, search } = new URL(request.url);
    const { body, ...init } = answer(
      parts,
      request.method,
      pathname + search,
      (name) => request.headers.get(name) ?? undefined,
    );
    return new Response(request.method === "HEAD" ? null : body, init);
  };
}

function nodeListener(parts: SampleParts): RequestListener {
  return ({ method = "", url = "", headers }, response) => {
    const {
      status,
      headers: own = {},
      body,
    } = answer(parts, method, url, (name) => headers[name]?.toString());
    response.writeHead(status, own).end(body);
  };
}

function routesOf({ isEarly }: SampleParts): string[] {
  return ["GET /health", ...(isEarly ? ["GET /early"] : []), ...guardedRoutes];
}

export const handlerSamples: readonly SampleFramework[] = [
  {
    name: "fetch handler",
    isWatched: false,
    build: (parts) => ({ app: fetchHandler(parts), routes: routesOf(parts) }),
  },
  {
    name: "Worker",
    isWatched: false,
    build: (parts) => ({ app: { fetch: fetchHandler(parts) }, routes: routesOf(parts) }),
  },
  {
    name: "node:http listener",
    isWatched: false,
    build: (parts) => ({ app: nodeListener(parts), routes: routesOf(parts) }),
  },
  {
    name: "node:http server",
    isWatched: false,
    build: (parts) => ({ app: createServer(nodeListener(parts)), routes: routesOf(parts) }),
  },
  {
    name: "route module of Next.js",
    isWatched: false,
    build: (parts) => {
      const handle = fetchHandler(parts);
      return {
        app: { GET: handle, POST: handle, DELETE: handle },
        routes: routesOf(parts).map((route) => route.replaceAll(/:(\w+)/g, "[$1]")),
      };
    },
  },
];
