import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";

/** A request as it arrived. */
export interface Recorded {
  readonly method: string;
  readonly target: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
  /** Resolves to the number of bytes of its body. */
  readonly received: Promise<number>;
  /** Resolves when the first bytes of its body have arrived. */
  readonly begun: Promise<void>;
}

/** A backend without any authentication, which records what arrives. */
export interface Backend {
  readonly port: number;
  readonly requests: Recorded[];
  /** Serves the OpenAPI document from now on. Before, it is a 503. */
  publish(): void;
  close(): Promise<void>;
}

const path = (operations: object) => operations;
const user = { parameters: [{ name: "user_id", in: "path", required: true, schema: { type: "string" } }] };
const ok = { responses: { 200: { description: "OK" } } };

/** What the backend says about itself. */
const document = {
  openapi: "3.1.0",
  info: { title: "Recorder", version: "1.0.0" },
  components: {
    securitySchemes: {
      bearer: { type: "http", scheme: "bearer" },
      oauth: {
        type: "oauth2",
        flows: { clientCredentials: { tokenUrl: "/token", scopes: { "reports:read": "" } } },
      },
    },
  },
  security: [{ bearer: [] }],
  paths: {
    "/public": path({ get: { ...ok, security: [] } }),
    "/api/{user_id}/tasks": path({ ...user, get: ok, post: ok }),
    "/api/{user_id}/tasks/{task_id}": path({ ...user, get: ok }),
    "/api/{user_id}/download": path({ ...user, get: ok }),
    "/api/{user_id}/events": path({ ...user, get: ok }),
    "/api/{user_id}/live": path({ ...user, get: ok }),
    "/reports": path({ get: { ...ok, security: [{ oauth: ["reports:read"] }] } }),
  },
};

/** Bytes of `/download`. */
export const downloadSize = 32 * 1024 * 1024;

/** Starts the backend on a free port of the loopback interface. */
export async function startBackend(): Promise<Backend> {
  const requests: Recorded[] = [];
  let isPublished = false;
  const server = createServer((request, response) => {
    if (request.url === "/openapi.json") {
      response.writeHead(isPublished ? 200 : 503, { "content-type": "application/json" });
      response.end(JSON.stringify(isPublished ? document : {}));
      return;
    }
    const recorded = record(request);
    requests.push(recorded);
    void recorded.received.then(() => respond(request, response)).catch(() => response.destroy());
  });
  const sockets = new WebSocketServer({ noServer: true });
  server.on("upgrade", (request, socket, head) => {
    socket.on("error", () => {});
    requests.push(record(request));
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      webSocket.on("message", (data) => webSocket.send(`echo ${data}`));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    publish: () => {
      isPublished = true;
    },
    close: async () => {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function record(request: IncomingMessage): Recorded {
  const begun = Promise.withResolvers<void>();
  const received = new Promise<number>((resolve, reject) => {
    let bytes = 0;
    if (request.headers.upgrade !== undefined) return resolve(0);
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      begun.resolve();
    });
    request.once("end", () => resolve(bytes));
    request.once("error", reject);
  });
  // A client that has gone is not the backend's failure.
  received.catch(() => {});
  const { method = "", url = "", rawHeaders } = request;
  return { method, target: url, rawHeaders, received, begun: begun.promise };
}

async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
  // A backend that speaks for itself about CORS.
  response.setHeader("access-control-allow-origin", "*");
  response.setHeader("access-control-allow-credentials", "true");
  if (request.url?.endsWith("/download")) return download(response);
  if (request.url?.endsWith("/events")) {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("data: first\n\n");
    // Longer than the test waits, which ends the request.
    await sleep(60_000, undefined, { ref: false });
  }
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify({ target: request.url }));
}

async function download(response: ServerResponse): Promise<void> {
  response.writeHead(200, { "content-length": downloadSize });
  const part = Buffer.alloc(64 * 1024, "x");
  for (let sent = 0; sent < downloadSize; sent += part.length) {
    if (!response.write(part)) await once(response, "drain");
  }
  response.end();
}
