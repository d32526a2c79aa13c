import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { apiProxy } from "@usher-auth/client/server";

export type Started = { url: string; port: number; close: () => Promise<void> };

/** A server on a free port of all loopback addresses. */
export async function start(listener: RequestListener): Promise<Started> {
  const server = createServer(listener).listen(0);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** An API that knows the token of Ada, and records what arrives. */
export async function startApi() {
  const arrived: string[] = [];
  const api = await start(async (request, response) => {
    arrived.push(`${request.method} ${request.url}`);
    if (request.headers.authorization !== "Bearer token-of-ada") {
      response.writeHead(401).end();
      return;
    }
    await answer(request, response);
  });
  return { ...api, arrived };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === "/events") {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: first\n\n");
    setTimeout(() => response.write("data: second\n\n"), 300);
    return;
  }
  if (request.url === "/picture") {
    response.writeHead(200, { "content-type": "image/svg+xml" });
    response.end('<svg xmlns="http://www.w3.org/2000/svg" width="7" height="5"/>');
    return;
  }
  if (request.url === "/page") {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<!doctype html><title>quiet</title><script>document.title = 'ran'</script>");
    return;
  }
  if (request.url === "/file") {
    response.writeHead(200, {
      "content-type": "text/csv",
      "content-disposition": "attachment; filename=a.csv",
    });
    response.end("a,b\n");
    return;
  }
  if (request.url === "/script") {
    response.writeHead(200, { "content-type": "text/javascript" }).end("globalThis.scriptRan = true");
    return;
  }
  if (request.url === "/moved") {
    response.writeHead(307, { location: "/tasks" }).end();
    return;
  }
  let bytes = 0;
  for await (const chunk of request) bytes += (chunk as Buffer).length;
  response.writeHead(200, { "content-type": "application/json", etag: '"1"' });
  response.end(JSON.stringify({ method: request.method, bytes, cookie: request.headers.cookie ?? null }));
}

/**
 * Ada's site, with the proxy and her page. The cookie is sent with requests of other sites too, which a
 * session cookie should not be: the proxy does not rely on it. `/open` records whether a cookie came, and
 * `statuses` has the proxy's answers.
 */
export async function startSite(api: string) {
  const opened: (string | undefined)[] = [];
  const statuses: number[] = [];
  const proxy = getRequestListener(
    apiProxy({
      getToken: ({ headers }) => (headers.get("cookie")?.includes("session=ada") ? "token-of-ada" : null),
      baseURL: api,
    }),
    { overrideGlobalObjects: false },
  );
  const site = await start((request, response) => {
    const path = request.url ?? "/";
    if (path.startsWith("/backend")) {
      response.on("finish", () => statuses.push(response.statusCode));
      proxy(request, response);
    } else if (path.startsWith("/open")) {
      opened.push(request.headers.cookie);
      response.end("open");
    } else {
      response.writeHead(200, {
        "content-type": "text/html",
        "set-cookie": "session=ada; Path=/; HttpOnly; Secure; SameSite=None",
      });
      response.end("<!doctype html><title>site</title><link rel=icon href=data:,>");
    }
  });
  return { ...site, opened, statuses };
}
