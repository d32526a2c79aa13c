import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  type AddressInfo,
  connect,
  createServer as createSocketServer,
  type Server,
  type Socket,
} from "node:net";
import { serve } from "@hono/node-server";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import { onTestFinished, vi } from "vitest";
import { type ApiProxyOptions, apiProxy } from "../../../src/server.ts";

const issuer = createTestIssuer();
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
});

/** A request as the API has seen it. */
export type Seen = {
  readonly request: IncomingMessage;
  readonly url: string;
  readonly body: () => string;
  /** Whether all of the request has arrived. */
  readonly isComplete: () => boolean;
  /** Resolves when the connection of this exchange has ended, or the response has been sent. */
  readonly closed: Promise<void>;
};

export type GuardedApi = { url: string; seen: Seen[]; server: Server };

/** An API that requires valid tokens for every path. It closes when the test ends. */
export async function startApi(
  answer: (request: IncomingMessage, response: ServerResponse) => void = (request, response) => {
    request.resume().on("end", () => response.end("tasks"));
  },
  { keepsBodies = true } = {},
): Promise<GuardedApi> {
  const seen: Seen[] = [];
  const guarded = usher({ verifier, ownerParam: null }).protect({ path: "/*" }, answer);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    if (keepsBodies) request.on("data", (chunk: Buffer) => chunks.push(chunk)).pause();
    request.on("error", () => undefined);
    seen.push({
      request,
      url: request.url ?? "",
      body: () => Buffer.concat(chunks).toString("latin1"),
      isComplete: () => request.complete,
      closed: new Promise((resolve) => response.on("close", () => resolve())),
    });
    guarded(request, response);
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, seen, server };
}

/** An API that answers every request with these bytes, valid or not. */
export async function startRawApi(answer: (socket: Socket) => void): Promise<string> {
  const server = createSocketServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => answer(socket));
  });
  return `http://127.0.0.1:${await listen(server)}`;
}

/** Ada's site: a node:http server with the proxy. */
export async function startSite(api: string, options: Partial<ApiProxyOptions> = {}) {
  const errors: string[] = [];
  // The host logs each response that ends early.
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
  const proxy = apiProxy({
    getToken: ({ headers }) => (headers.get("cookie") === "session=ada" ? issuer.tokenFor("ada") : null),
    baseURL: api,
    // More than a loaded machine may be away.
    timeout: 10_000,
    onError: ({ code }) => errors.push(code),
    ...options,
  } as ApiProxyOptions);
  const server = serve({ fetch: proxy, port: 0, hostname: "127.0.0.1", overrideGlobalObjects: false });
  await once(server, "listening");
  closeAtTheEnd(server as Server);
  const { port } = server.address() as AddressInfo;
  return { port, url: `http://127.0.0.1:${port}`, errors };
}

/** The headers that a browser sends for a fetch of a page of the site. */
export function ownPage(port: number): Record<string, string> {
  return {
    Host: `127.0.0.1:${port}`,
    Cookie: "session=ada",
    Origin: `http://127.0.0.1:${port}`,
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
  };
}

/** The text of a request. A header that is undefined is left out. */
export function text(
  line: string,
  headers: Record<string, string | readonly string[] | undefined>,
  body = "",
): string {
  const fields = Object.entries(headers).flatMap(([name, values]) =>
    [values ?? []].flat().map((value) => `${name}: ${value}\r\n`),
  );
  return `${line} HTTP/1.1\r\n${fields.join("")}\r\n${body}`;
}

/** Sends bytes, and resolves to all that comes back until the connection ends, or for 5 seconds. */
export async function exchange(
  port: number,
  bytes: string,
  isDone?: (answer: string) => boolean,
): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  let answer = "";
  socket.write(Buffer.from(bytes, "latin1"));
  return await new Promise((resolve) => {
    const timer = setTimeout(() => finish("(no answer)"), 5000);
    function finish(note = ""): void {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer + note);
    }
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (isDone?.(answer)) finish();
    });
    socket.on("close", () => finish());
  });
}

/** The status of the first response in a text. */
export function statusOf(answer: string): number | undefined {
  const status = /^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1];
  return status === undefined ? undefined : Number(status);
}

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closeAtTheEnd(server);
  return (server.address() as AddressInfo).port;
}

function closeAtTheEnd(server: Server): void {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  });
}
