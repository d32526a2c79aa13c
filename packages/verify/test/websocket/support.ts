import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import type { RejectEvent } from "../../src/access/guard-options.ts";
import {
  type PathRoute,
  type SocketSession,
  type UsherOptions,
  usher,
} from "../../src/adapters/websocket.ts";
import type { VerifierOptions } from "../../src/index.ts";
import { type Bench, createBench } from "../support.ts";

/** Starts a server on the loopback interface until the end of the test. */
export async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

export interface SocketBench extends Bench {
  readonly host: string;
  readonly rejected: RejectEvent<IncomingMessage>[];
  /** The server's side of all connections. */
  readonly connections: readonly Socket[];
  /** The number of upgrades that reached `ws`. */
  readonly upgrades: () => number;
  /** The `Sec-WebSocket-Protocol` that the application's library saw in each. */
  readonly protocols: readonly unknown[];
  /** The latest session. */
  readonly session: () => SocketSession;
  /** The messages that reached the application. */
  readonly received: string[];
}

/** A guarded echo server of `ws`. */
export async function serve(
  {
    path = ["/api/:userId/live", "/news"],
    policies = [],
    ...options
  }: Partial<UsherOptions & PathRoute<string>> = {},
  verifying: Partial<VerifierOptions> = {},
): Promise<SocketBench> {
  const bench = createBench(verifying);
  const rejected: RejectEvent<IncomingMessage>[] = [];
  const received: string[] = [];
  const sessions: SocketSession[] = [];
  const protocols: unknown[] = [];
  const guard = usher({
    verifier: bench.verifier,
    ownerParam: "userId",
    onReject: (event) => rejected.push(event),
    ...options,
  });
  const sockets = new WebSocketServer({ noServer: true });
  const connections: Socket[] = [];
  const server = createServer((_, response) => response.end("plain HTTP"));
  server.on("connection", (socket) => connections.push(socket));
  server.on(
    "upgrade",
    guard.protect({ path, policies }, (request, socket, head, session) => {
      sessions.push(session);
      protocols.push(request.headers["sec-websocket-protocol"]);
      sockets.handleUpgrade(request, socket, head, (webSocket) => {
        webSocket.on("message", (data) => {
          if (session.takesRenewal(data)) return;
          received.push(String(data));
          webSocket.send(`${session.principal.id}: ${data}`);
        });
      });
    }),
  );
  const host = await listen(server);
  return {
    ...bench,
    host,
    rejected,
    connections,
    protocols,
    received,
    upgrades: () => sessions.length,
    session: () => sessions.at(-1) as never,
  };
}

/** The response to a rejected upgrade. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** Opens a socket that the server must reject, and returns the response. */
export async function refusalOf(webSocket: WebSocket): Promise<Answer> {
  webSocket.on("error", () => {});
  const answer = once(webSocket, "unexpected-response") as Promise<[unknown, IncomingMessage]>;
  const opened = once(webSocket, "open").then(() => {
    throw new Error("the socket was opened");
  });
  const [, response] = await Promise.race([answer, opened]);
  let body = "";
  for await (const chunk of response) body += chunk;
  return { status: response.statusCode as number, headers: response.headers, body };
}

/** Opens a socket that the server must accept. */
export async function open(webSocket: WebSocket): Promise<WebSocket> {
  onTestFinished(() => webSocket.terminate());
  await once(webSocket, "open");
  return webSocket;
}

export const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });

/** Waits until a socket is closed, and returns how. */
export async function closed(webSocket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(webSocket, "close")) as [number, Buffer];
  return [code, reason.toString()];
}

/** Sends a message, and returns the next message of the server. */
export async function ask(webSocket: WebSocket, message: string): Promise<string> {
  webSocket.send(message);
  return String((await once(webSocket, "message"))[0]);
}
