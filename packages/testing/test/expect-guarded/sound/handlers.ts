import { createServer } from "node:http";
import { usher as fetchGuard } from "@usher-auth/verify/fetch";
import { usher as nodeGuard } from "@usher-auth/verify/node";
import {
  corsHeaders,
  isAdmin,
  isSupport,
  type SoundFramework,
  type SoundOptions,
  soundRoutes,
  task,
} from "./sound.ts";

const owned = {
  path: ["/api/:userId/tasks", "/api/:userId/tasks/:taskId", "/orgs/:orgId/users/:userId", "/orgs/:orgId"],
} as const;
const admin = { path: "/admin", policies: [isAdmin] } as const;
const support = { path: "/support/:userId", owner: { or: [isSupport] } } as const;
const greeting = { path: "/greeting", optionalAuth: true } as const;

interface Access {
  readonly path: string;
  readonly params: object;
}

function statusOf(method: string, { path, params }: Access): number {
  if (path === "/api/:userId/tasks") return method === "POST" ? 400 : 200;
  return "taskId" in params && params.taskId !== task.id ? 404 : 200;
}

function fetchHandler(options: SoundOptions): (request: Request) => Response | Promise<Response> {
  const guard = fetchGuard(options);
  const run = ({ method }: Request, access: Access) =>
    method === "HEAD"
      ? new Response()
      : Response.json({ tasks: [task] }, { status: statusOf(method, access) });
  const handlers = {
    "/admin": guard.protect(admin, run),
    "/support": guard.protect(support, run),
    "/greeting": guard.protect(greeting, run),
  };
  const rest = guard.protect(owned, run);
  return (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === "OPTIONS") return new Response(null, { status: 204, headers: corsHeaders });
    if (pathname === "/health") return Response.json({ status: "ok" });
    const name = `/${pathname.split("/")[1]}`;
    return (name in handlers ? handlers[name as keyof typeof handlers] : rest)(request);
  };
}

function nodeListener(options: SoundOptions) {
  const guard = nodeGuard(options);
  type Run = Parameters<ReturnType<typeof guard.protect>>;
  const run = ({ method = "" }: Run[0], response: Run[1], access: Access) => {
    response.writeHead(statusOf(method, access), { "content-type": "application/json" });
    response.end(JSON.stringify({ tasks: [task] }));
  };
  const handlers = {
    "/admin": guard.protect(admin, run),
    "/support": guard.protect(support, run),
    "/greeting": guard.protect(greeting, run),
  };
  const rest = guard.protect(owned, run);
  return (request: Run[0], response: Run[1]) => {
    const { method, url = "" } = request;
    const name = `/${url.split(/[/?]/)[1]}`;
    if (method === "OPTIONS") response.writeHead(204, corsHeaders).end();
    else if (url === "/health") response.end("{}");
    else (name in handlers ? handlers[name as keyof typeof handlers] : rest)(request, response);
  };
}

const routes = ["GET /health", ...soundRoutes];

export const soundHandlers: readonly SoundFramework[] = [
  { name: "fetch handler", build: (options) => ({ app: fetchHandler(options), routes }) },
  { name: "Worker", build: (options) => ({ app: { fetch: fetchHandler(options) }, routes }) },
  { name: "node:http listener", build: (options) => ({ app: nodeListener(options), routes }) },
  { name: "node:http server", build: (options) => ({ app: createServer(nodeListener(options)), routes }) },
];
