import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { TokenClaims, Verifier } from "@usher-auth/verify";
import type { Guard } from "@usher-auth/verify/guard";
import { openSocketSession } from "@usher-auth/verify/websocket";
import { type RawData, WebSocket, WebSocketServer } from "ws";
import { type GateProblemCode, gateProblem } from "../problem.ts";
import { answerSocket } from "../server/raw-answer.ts";
import type { Pass } from "../verdict.ts";
import {
  answeredProtocol,
  type Handshake,
  handshakeHeaders,
  isOriginAllowed,
  looksLikeRenewal,
  readHandshake,
} from "./websocket-handshake.ts";
import { Heartbeat } from "./websocket-heartbeat.ts";
import { passRefusal } from "./websocket-refusal.ts";
import { type Ends, relay } from "./websocket-relay.ts";
import { waitFor } from "./websocket-waiting.ts";

const otherOrigin = "the page's origin is not among those of `cors`";

/** What a bridge needs. */
export interface BridgeOptions {
  readonly upstream: URL;
  /** Milliseconds until the backend must have answered. */
  readonly timeout: number;
  /** The origins whose pages may open a WebSocket. False: not checked. */
  readonly cors: readonly string[] | false;
  readonly guard: Guard<TokenClaims, IncomingMessage>;
  readonly verifier: Verifier<TokenClaims>;
  /** Milliseconds between two pings, for tests. */
  readonly heartbeat?: number;
}

/** An upgrade that the judge has passed. */
interface Upgrade {
  readonly request: IncomingMessage;
  /** Must have a listener for errors. */
  readonly socket: Duplex;
  readonly head: Buffer;
  readonly pass: Pass;
  /** For the backend: names and values in turn, with identity and forwarded headers. */
  readonly headers: readonly string[];
  /** Sent with every answer that is not a WebSocket, such as `x-request-id`. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** How an upgrade ended, for the log. */
export interface BridgeOutcome {
  /** 101: a WebSocket was opened. */
  readonly status: number;
  readonly problem?: GateProblemCode;
  readonly cause?: unknown;
}

/** Carries WebSockets between clients and the backend. */
export interface Bridge {
  /** Never rejects. Resolves when the client has its answer. */
  open(upgrade: Upgrade): Promise<BridgeOutcome>;
  /** Closes all of them, with the code 1001 (going away). */
  close(): void;
}

/** For the log: the client left before there was an answer. The number is nginx's. */
const clientClosedRequest = 499;

/** Bytes of one message, in either direction. */
const maxPayload = 16 * 1024 * 1024;

/** Without compression: it costs memory for every connection, and mixes secrets with what others chose. */
const frames = { perMessageDeflate: false, maxPayload } as const;

/** Creates the bridge of a gate. */
export function bridgeWebSockets(options: BridgeOptions): Bridge {
  const { upstream, timeout, cors, guard, verifier } = options;
  const heartbeat = new Heartbeat(options.heartbeat);
  const protocols = new WeakMap<IncomingMessage, string | undefined>();
  const clients = new WebSocketServer({
    ...frames,
    noServer: true,
    clientTracking: false,
    handleProtocols: (_offered, request) => protocols.get(request) ?? false,
  });
  /** Everything that is open or opening. */
  const open = new Set<WebSocket>();
  let isClosing = false;

  function track(webSocket: WebSocket): WebSocket {
    open.add(webSocket);
    // Without a listener, an error would end the process. `close` follows each.
    webSocket.on("error", () => {});
    webSocket.once("close", () => open.delete(webSocket));
    return webSocket;
  }

  function connect({ pass, headers }: Upgrade, handshake: Handshake): WebSocket {
    const { path, query } = pass.target;
    return track(
      new WebSocket(upstream, [...handshake.protocols], {
        ...frames,
        headers: handshakeHeaders(headers, pass.credentials.authorization),
        // Its own connection: a kept one may be closed by the backend in this moment.
        agent: false,
        // NODE_TLS_REJECT_UNAUTHORIZED must not switch this off.
        rejectUnauthorized: true,
        // Exactly what was judged. A URL would be parsed, and normalised, once more.
        finishRequest: (request) => {
          request.path = `${path}${query}`;
          request.end();
        },
      }),
    );
  }

  return {
    open: (upgrade) =>
      new Promise((resolve) => {
        const { request, socket, extra = {} } = upgrade;
        const refuse = (problem: GateProblemCode, cause?: unknown) => {
          const response = gateProblem(problem);
          answerSocket(socket, response, extra);
          resolve({ status: response.status, problem, cause });
        };
        if (isClosing) return refuse("api_unavailable");
        if (!isOriginAllowed(request, cors)) return refuse("origin_rejected", otherOrigin);
        const handshake = readHandshake(request);
        if (handshake === undefined) return refuse("bad_request");

        const backend = connect(upgrade, handshake);
        let failure: GateProblemCode = "api_unavailable";
        let chosen: string | undefined;
        const timer = setTimeout(() => {
          failure = "api_timeout";
          backend.terminate();
        }, timeout);
        const client = waitFor(socket, upgrade.head, () => {
          settle();
          backend.terminate();
          socket.destroy();
          resolve({ status: clientClosedRequest });
        });
        const settle = () => {
          clearTimeout(timer);
          backend.off("error", failed);
          return client.release();
        };
        const failed = (cause: unknown) => {
          settle();
          refuse(failure, cause);
        };

        backend.once("error", failed);
        backend.once("unexpected-response", (_request, response) => {
          settle();
          // `ws` leaves a connection alone whose refusal someone reads.
          response.once("close", () => backend.terminate());
          passRefusal(response, socket, timeout, extra);
          resolve({ status: response.statusCode ?? 502 });
        });
        backend.once("upgrade", ({ headers }) => {
          chosen = headers["sec-websocket-protocol"];
          // A backend may choose none (RFC 6455 section 4.2.2), and `ws` would call that an error. It is the
          // client's business.
          if (chosen === undefined && handshake.protocols.length > 0)
            headers["sec-websocket-protocol"] = handshake.protocols[0];
        });
        backend.once("open", () => {
          const early = settle();
          protocols.set(request, answeredProtocol(handshake, chosen));
          let isJoined = false;
          clients.handleUpgrade(request, socket, early, (webSocket) => {
            isJoined = true;
            join({ client: track(webSocket), backend }, upgrade);
          });
          socket.resume();
          // The client has closed its connection in this moment.
          if (!isJoined) backend.terminate();
          resolve({ status: isJoined ? 101 : clientClosedRequest });
        });
      }),
    close() {
      isClosing = true;
      for (const webSocket of open) {
        if (webSocket.readyState === webSocket.OPEN) webSocket.close(1001);
        else webSocket.terminate();
      }
    },
  };

  function join(ends: Ends, { request, socket, pass }: Upgrade): void {
    const { client, backend } = ends;
    const { principal, credentials, accesses } = pass;
    let hasEnded = false;
    const close = (code: number, reason: string) => {
      hasEnded = true;
      client.close(code, reason);
      backend.close(code, reason);
    };
    const session =
      principal === null
        ? undefined
        : openSocketSession({ guard, verifier, request, socket, credentials, principal, accesses, close });
    // After the end of a token the client may still send, until it has answered the close frame.
    const isRenewal = (message: RawData) => session?.takesRenewal(message) ?? looksLikeRenewal(message);
    relay(ends, (message) => !hasEnded && !isRenewal(message));
    heartbeat.add(client);
    heartbeat.add(backend);
  }
}
