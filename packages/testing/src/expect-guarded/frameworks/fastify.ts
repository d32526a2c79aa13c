import { tracingChannel } from "node:diagnostics_channel";
import type { Readable } from "node:stream";
import { outcomeOf, type Watch } from "../handler-runs.ts";
import type { OpenedApp } from "../opened-app.ts";
import type { Route } from "../route.ts";
import { readStart } from "../transport/read-start.ts";

/** The parts of a Fastify app that are used. */
export interface FastifyApp {
  ready(): PromiseLike<unknown>;
  inject(request: object): Promise<{
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, unknown>>;
    stream(): Readable;
  }>;
  printRoutes(): string;
}

export function isFastify(app: object): app is FastifyApp {
  const { inject, printRoutes, ready } = app as Partial<FastifyApp>;
  return [inject, printRoutes, ready].every((member) => typeof member === "function");
}

/** Lists the routes of all plugins, with their prefixes, once they are loaded. */
export async function openFastify(app: FastifyApp, name = "Fastify app", watch = true): Promise<OpenedApp> {
  await app.ready();
  return {
    name,
    routes: readTree(app.printRoutes()),
    ...(watch && { watch: watchHandlers(app) }),
    async send({ method, target, headers, body }, signal) {
      const response = await app.inject({
        ...{ method, url: target, headers, signal, payloadAsStream: true },
        ...(body !== undefined && { payload: body }),
      });
      return {
        status: response.statusCode,
        header: (name) => response.headers[name]?.toString(),
        body: await readStart(response.stream()),
      };
    },
    close: async () => undefined,
  };
}

/**
 * Reads what Fastify prints, its only list of all routes:
 *
 * ```text
 * └── /
 *     ├── api/
 *     │   └── :userId
 *     │       └── /tasks (GET, HEAD, POST)
 *     └── v (GET) {"version":"1.2.0"}
 *         v (GET) {"version":"2.0.0"}
 * ```
 */
function readTree(printed: string): readonly Route[] {
  const routes: Route[] = [];
  /** The paths of the nodes above, by their depth. */
  const parents: string[] = [""];
  let path = "";
  for (const line of printed.split("\n")) {
    const { depth, isNode, rest } = readLine(line);
    const listed = / \(([A-Z, -]+)\)/.exec(rest);
    const text = rest.slice(0, listed?.index);
    if (isNode) {
      // A parameter starts a node: any other colon is a text.
      const pattern = text.startsWith(":") ? text : text.replaceAll(":", "::");
      path = text === "(empty root node)" ? "" : `${parents[depth] ?? ""}${pattern}`;
      parents[depth + 1] = path;
      parents.length = depth + 2;
    }
    if (listed === null) continue;
    const [matched, methods = ""] = listed;
    const constraints = rest.slice(listed.index + matched.length).trim();
    const headers = headersOf(constraints);
    // The route `*` has no slash.
    const whole = path.startsWith("/") ? path : `/${path}`;
    for (const method of methods.split(", "))
      routes.push({ method, path: whole, ...(headers !== undefined && { headers }) });
  }
  return routes;
}

/** A line of the tree. It is not a node where the node before has a second route, of another version. */
function readLine(line: string): { depth: number; isNode: boolean; rest: string } {
  let [depth, rest] = [0, line];
  while (rest.startsWith("│   ") || rest.startsWith("    ")) {
    depth++;
    rest = rest.slice(4);
  }
  const isNode = rest.startsWith("├── ") || rest.startsWith("└── ");
  return { depth, isNode, rest: isNode ? rest.slice(4) : rest };
}

/** A route of one version or host is chosen by a header. No host is made of an expression. */
function headersOf(constraints: string): Record<string, string> | undefined {
  if (!constraints.startsWith("{")) return undefined;
  const { version, host } = JSON.parse(constraints) as { version?: string; host?: string };
  return {
    ...(version !== undefined && { "accept-version": version }),
    ...(host !== undefined && !host.startsWith("/") && { host }),
  };
}

/** What Fastify publishes when a handler starts. */
interface HandlerStart {
  readonly request: { readonly server: object };
  readonly reply: { statusCode: number; send(payload?: unknown): unknown };
  readonly route: { readonly url?: string; readonly method: string | readonly string[] };
}

function watchHandlers(app: object): Watch {
  return (note) => {
    const subscribers = {
      start(message: unknown) {
        const { request, reply, route } = message as HandlerStart;
        // The server of a plugin inherits from the app.
        if (request.server !== app && !Object.prototype.isPrototypeOf.call(app, request.server)) return;
        const [method = "", ...others] = [route.method].flat();
        const run = note({ method: others.length > 0 ? "ALL" : method, path: route.url ?? "" });
        const { send } = reply;
        // Before any hook may change what the handler sends.
        reply.send = function (payload) {
          if (run.outcome === "running")
            run.outcome = payload instanceof Error ? "refused" : outcomeOf(this.statusCode);
          return send.call(this, payload);
        };
      },
    };
    const channel = tracingChannel("fastify.request.handler");
    channel.start.subscribe(subscribers.start);
    return () => void channel.start.unsubscribe(subscribers.start);
  };
}
