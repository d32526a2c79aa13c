import type { RequestListener, Server } from "node:http";
import type { OpenedApp } from "../opened-app.ts";
import { sendToFetch } from "../transport/fetch-handler.ts";
import { serveOnLoopback } from "../transport/loopback.ts";

type FetchHandler = (request: Request, ...rest: unknown[]) => unknown;

const unlisted = "A handler does not list its routes.";

/** A server of `node:http`, listening or not. It stays as it is. */
export function isNodeServer(app: object): app is Server {
  const { listen, emit, address } = app as Partial<Server>;
  return [listen, emit, address].every((member) => typeof member === "function");
}

export async function openNodeServer(server: Server): Promise<OpenedApp> {
  const served = await serveOnLoopback((request, response) => {
    try {
      server.emit("request", request, response);
    } catch {
      // It would end the process of a server that listens.
      response.writeHead(500).end();
    }
  });
  return { ...served, name: "node:http server", routes: [], unlisted };
}

/** A listener of `node:http` has two parameters, or three as Connect middleware. */
export function isNodeListener(app: object): app is RequestListener {
  return typeof app === "function" && app.length >= 2;
}

export async function openNodeListener(listener: RequestListener): Promise<OpenedApp> {
  const serve = listener as (
    ...input: [...Parameters<RequestListener>, (error?: unknown) => void]
  ) => unknown;
  const served = await serveOnLoopback((request, response) => {
    const next = (error?: unknown) => {
      if (!response.headersSent) response.statusCode = error === undefined ? 404 : 500;
      response.end();
    };
    // An error that no one handles would end the process: a host answers with a 500.
    void (async () => serve(request, response, next))().catch(next);
  });
  const ifFailing =
    "A function with two parameters is called as a listener of node:http. Pass a fetch handler as `{ fetch: handler }`.";
  return { ...served, name: "node:http listener", routes: [], unlisted, ifFailing };
}

/** A `fetch` handler, or an object with one, such as a Worker's. */
export function isFetchHandler(app: object): app is FetchHandler | { fetch: FetchHandler } {
  return typeof app === "function" || typeof (app as { fetch?: unknown }).fetch === "function";
}

export function openFetchHandler(app: FetchHandler | { fetch: FetchHandler }): OpenedApp {
  const handle: FetchHandler =
    typeof app === "function" ? app : (request, ...rest) => app.fetch(request, ...rest);
  return {
    name: "fetch handler",
    routes: [],
    send: sendToFetch((request) => handle(request, {}, { waitUntil: () => undefined })),
    unlisted,
    ifFailing:
      "A function with one parameter is called with a `Request`. Pass a listener of node:http as `createServer(listener)`.",
    close: async () => undefined,
  };
}
