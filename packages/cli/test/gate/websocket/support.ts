import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, isAuthError, sharedSecret, type TokenClaims } from "@usher-auth/verify";
import { createGuard, type RejectEvent } from "@usher-auth/verify/guard";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { upgradeCredentials } from "@usher-auth/verify/websocket";
import { onTestFinished } from "vitest";
import { type ClientOptions, WebSocket, WebSocketServer } from "ws";
import { headersForBackend } from "../../../src/gate/request/headers.ts";
import { answerSocket } from "../../../src/gate/server/raw-answer.ts";
import {
  type BridgeOptions,
  type BridgeOutcome,
  bridgeWebSockets,
} from "../../../src/gate/upstream/websocket.ts";

/** A message, a close or a refusal, as a test compares it. */
export type Seen = readonly unknown[];

/** A list that a test waits for. */
export class Recorder {
  readonly all: Seen[] = [];
  #changed = Promise.withResolvers<void>();

  add(...seen: Seen): void {
    this.all.push(seen);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  /** Waits for the next entry of this kind. */
  async next(kind: string): Promise<Seen> {
    for (;;) {
      const index = this.all.findIndex(([name]) => name === kind);
      if (index !== -1) return this.all.splice(index, 1)[0] as Seen;
      await this.#changed.promise;
    }
  }
}

/** Records what happens on a WebSocket: `["message", "text"]`, `["close", 1000, "reason"]`. */
export function record(socket: WebSocket, to: Recorder = new Recorder()): Recorder {
  socket.on("open", () => to.add("open", socket.protocol));
  socket.on("message", (data: Buffer, isBinary) => to.add("message", isBinary ? data : data.toString()));
  socket.on("close", (code, reason) => to.add("close", code, reason.toString()));
  socket.on("error", (error) => to.add("error", error.message));
  socket.on("unexpected-response", async (_request, response) => {
    to.add(
      "refused",
      response.statusCode,
      response.headers,
      Buffer.concat(await response.toArray()).toString(),
    );
  });
  return to;
}

/** Listens on a free port until the test ends. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A backend that records what it sees, and knows nothing of tokens. */
export async function startBackend(options: { readonly protocol?: string } = {}) {
  const requests: IncomingMessage[] = [];
  const sockets: WebSocket[] = [];
  const seen = new Recorder();
  const server = createServer();
  const webSockets = new WebSocketServer({
    server,
    maxPayload: 64 * 1024 * 1024,
    handleProtocols: () => options.protocol ?? false,
  });
  webSockets.on("connection", (socket, request) => {
    requests.push(request);
    sockets.push(socket);
    record(socket, seen);
    seen.add("connection");
    socket.on("message", (data, isBinary) => {
      if (!isBinary && data.toString().startsWith("echo ")) socket.send(data.toString().slice(5));
    });
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const socket of sockets) socket.terminate();
  });
  return { port, requests, sockets, seen, server };
}

/** A gate that has only WebSockets, with the real guard, on `/live/{user_id}`, `/public` and `/optional`. */
export async function startGate(backendPort: number, options: Partial<BridgeOptions> = {}) {
  const issuer = createTestIssuer();
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 3600 });
  await revocations.ready();
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations,
    clockTolerance: 0,
  });
  const rejected: RejectEvent<IncomingMessage>["error"][] = [];
  const guard = createGuard<TokenClaims, IncomingMessage>({
    verifier,
    ownerParam: "user_id",
    onReject: ({ error }) => void rejected.push(error),
  });
  const bridge = bridgeWebSockets({
    upstream: new URL(`http://127.0.0.1:${backendPort}`),
    timeout: 5_000,
    cors: ["https://app.example.com"],
    guard,
    verifier,
    ...options,
  });
  const outcomes: BridgeOutcome[] = [];
  const server = createServer();
  server.on("upgrade", async (request, socket, head) => {
    socket.on("error", () => {});
    const credentials = upgradeCredentials(request);
    const [path = "", query = ""] = (request.url ?? "").split(/(?=\?)/);
    const segments = path.slice(1).split("/");
    const access = { params: { user_id: segments[1] ?? "" }, ownerParams: ["user_id"] };
    try {
      const input = { ...credentials, source: request };
      const principal =
        path === "/public"
          ? null
          : path === "/optional"
            ? await guard.admitOptional(input)
            : await guard.admit({ ...input, ...access });
      const accesses = segments[0] === "live" ? [access] : [];
      const target = { path, segments, query };
      const pass = { target, route: "GET /", principal, accesses, credentials };
      const added = { host: "backend", ...(principal && { "x-usher-user": principal.id }) };
      const headers = headersForBackend(request.rawHeaders, added);
      outcomes.push(
        await bridge.open({ request, socket, head, pass, headers, extra: { "x-request-id": "r1" } }),
      );
    } catch (error) {
      if (!isAuthError(error)) throw error;
      answerSocket(socket, guard.refuse(error, request));
    }
  });
  const port = await listen(server);
  onTestFinished(() => bridge.close());

  /** Connects as a user does: with a token in a header, unless there are subprotocols. */
  function connect(
    path: string,
    { protocols = [], ...more }: Connect = {},
  ): { socket: WebSocket; seen: Recorder } {
    const usual = protocols.length === 0 ? { authorization: `Bearer ${issuer.tokenFor("ada")}` } : {};
    const headers = { ...usual, ...more.headers };
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, [...protocols], { ...more, headers });
    onTestFinished(() => socket.terminate());
    return { socket, seen: record(socket) };
  }
  return { port, issuer, revocations, bridge, outcomes, rejected, connect };
}

interface Connect extends ClientOptions {
  readonly protocols?: readonly string[];
}
