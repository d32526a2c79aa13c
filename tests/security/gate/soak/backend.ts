/**
 * `node backend.ts PORT`: a backend without authentication, whose every answer says which user the gate named
 * and which request it is for.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocketServer } from "ws";
import { blocksOf, contentOf } from "./content.ts";

interface Call {
  readonly user: string;
  readonly nonce: string;
  readonly query: URLSearchParams;
}

type Handler = (call: Call, request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const handlers: Readonly<Record<string, Handler>> = {
  echo: (_call, request, response) => void request.pipe(response),
  count: async ({ user, nonce }, request, response) => {
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    response.end(`${user}:${nonce}:${bytes}`);
  },
  content: ({ user, nonce, query }, _request, response) =>
    void Readable.from(blocksOf(contentOf(user, nonce, Number(query.get("bytes"))))).pipe(response),
  slow: async ({ user, nonce, query }, _request, response) => {
    await sleep(Number(query.get("ms")));
    response.end(`${user}:${nonce}`);
  },
  events: async ({ user, nonce, query }, _request, response) => {
    response.setHeader("content-type", "text/event-stream");
    for (let number = 0; number < Number(query.get("count")) && !response.closed; number++) {
      response.write(`data: ${user}:${nonce}:${number}\n\n`);
      await sleep(30);
    }
    response.end();
  },
};

/** Undefined if the gate has let a user through to someone else's path. */
function callOf(request: IncomingMessage): { readonly name: string; readonly call: Call } | undefined {
  const { pathname, searchParams: query } = new URL(request.url ?? "/", "http://backend");
  const [, , owner = "", name = ""] = pathname.split("/");
  const user = String(request.headers["x-usher-user"]);
  return owner === user ? { name, call: { user, nonce: query.get("nonce") ?? "", query } } : undefined;
}

const server = createServer((request, response) => {
  const known = callOf(request);
  const handler = known && handlers[known.name];
  if (known === undefined || handler === undefined)
    return void response.writeHead(500).end("not the user's path");
  response.setHeader("x-answer-for", `${known.call.user}:${known.call.nonce}`);
  // A client that leaves is no failure.
  request.on("error", () => undefined);
  response.on("error", () => undefined);
  Promise.resolve(handler(known.call, request, response)).catch(() => response.destroy());
});

const sockets = new WebSocketServer({ noServer: true });
server.on("upgrade", (request, socket, head) => {
  const known = callOf(request);
  if (known === undefined) return void socket.destroy();
  sockets.handleUpgrade(request, socket, head, (client) => {
    client.on("error", () => undefined);
    client.on("message", (text) => client.send(`${known.call.user}:${known.call.nonce}:${text}`));
  });
});
server.listen(Number(process.argv[2]), "127.0.0.1");
