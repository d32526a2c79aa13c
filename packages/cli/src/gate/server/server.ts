import { createServer, type IncomingMessage, type ServerOptions } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { type GateProblemCode, gateProblem } from "../problem.ts";
import { answerWith } from "./answer-with.ts";
import { answerClientError } from "./client-error.ts";
import { Connections } from "./connections.ts";
import { GateResponse } from "./gate-response.ts";
import { hasLastAnswer } from "./linger.ts";
import { type ListenOptions, listen, urlOf } from "./listen.ts";
import type { GateLog } from "./log.ts";
import { answerSocket } from "./raw-answer.ts";
import { faultOf } from "./request-fault.ts";
import { requestIdOf } from "./request-id.ts";
import { asksForWebSocket, hasBody, responseTo } from "./upgrades.ts";

/** What the server calls. */
export interface Handlers {
  /**
   * Answers a request. Who wants its body calls `response.writeContinue()` first: the client may be waiting
   * for that, and a refused one gets no 100.
   */
  handle(request: IncomingMessage, response: GateResponse): void;
  /** Answers a request that asks for a WebSocket. The socket has a listener for errors. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The server is closing: ends what does not end by itself. */
  stopping?(): void;
}

/** The gate's open port. */
export interface GateServer {
  /** `http://localhost:8080` */
  readonly url: string;
  readonly port: number;
  readonly isStopping: boolean;
  /** Accepts nothing new, lets what is running end for up to 10 seconds, and then ends it. */
  close(): Promise<void>;
}

/** Times in milliseconds. */
const limits = {
  // Says no to what other servers may read differently, whatever NODE_OPTIONS says.
  insecureHTTPParser: false,
  maxHeaderSize: 16 * 1024,
  headersTimeout: 15_000,
  // A long upload is not a fault. The gate ends one that is silent.
  requestTimeout: 0,
  // Longer than the usual 60 seconds of a load balancer, so that the balancer closes idle connections.
  keepAliveTimeout: 65_000,
  connectionsCheckingInterval: 2_000,
  // Missing and invalid ones are answered with a problem body: see `faultOf`.
  requireHostHeader: false,
} satisfies ServerOptions;

/** Times that tests need not wait for. */
export interface ServerTimes {
  readonly headersTimeout?: number;
  readonly connectionsCheckingInterval?: number;
  /** For running requests, at the end. */
  readonly closeTimeout?: number;
}

/**
 * Opens the gate's port.
 *
 * @throws {CannotRun} The port cannot be opened.
 */
export async function startServer(
  handlers: Handlers,
  where: ListenOptions,
  log: GateLog,
  { closeTimeout = 10_000, ...times }: ServerTimes = {},
): Promise<GateServer> {
  let isStopping = false;
  const server = createServer({
    ...limits,
    ...times,
    ServerResponse: GateResponse,
    shouldUpgradeCallback: asksForWebSocket,
  });
  const connections = new Connections(server);
  // With a limit, Node drops the headers above it and says nothing.
  server.maxHeadersCount = 0;

  function receive(request: IncomingMessage, response: GateResponse): void {
    const { socket } = request;
    // A further request on a connection that was answered for the last time.
    if (hasLastAnswer(socket)) {
      request.resume();
      return;
    }
    connections.add(response);
    response.requestId = requestIdOf(request);
    if (isStopping) response.shouldKeepAlive = false;
    const fault = faultOf(request);
    if (fault !== undefined) {
      refuse(fault, request, response);
      return;
    }
    try {
      handlers.handle(request, response);
    } catch (error) {
      log.error("the gate failed", { requestId: requestIdOf(request), error });
      if (response.headersSent) response.destroy();
      else answerWith(gateProblem("internal_error"), response);
    }
  }

  function refuse(code: GateProblemCode, request: IncomingMessage, response: GateResponse): void {
    const problem = gateProblem(code);
    log.refused(request, { status: problem.status, code });
    response.shouldKeepAlive = false;
    answerWith(problem, response);
  }

  function refuseSocket(code: GateProblemCode, request: IncomingMessage, socket: Duplex): void {
    const problem = gateProblem(code);
    log.refused(request, { status: problem.status, code });
    answerSocket(socket, problem, { "x-request-id": requestIdOf(request) });
  }

  function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    socket.on("error", () => {});
    if (isStopping || connections.owesAnswer(socket)) {
      socket.destroy();
      return;
    }
    if (!asksForWebSocket(request) && !hasBody(request)) {
      receive(request, responseTo(request, socket));
      return;
    }
    const fault = hasBody(request) ? "bad_request" : faultOf(request);
    if (fault !== undefined) {
      refuseSocket(fault, request, socket);
      return;
    }
    try {
      handlers.upgrade(request, socket, head);
    } catch (error) {
      log.error("the gate failed", { requestId: requestIdOf(request), error });
      answerSocket(socket, gateProblem("internal_error"));
    }
  }

  server.on("request", receive);
  server.on("checkContinue", (request: IncomingMessage, response: GateResponse) => {
    response.awaitsContinue = true;
    receive(request, response);
  });
  server.on("checkExpectation", (request: IncomingMessage, response: GateResponse) => {
    response.requestId = requestIdOf(request);
    refuse("expectation_failed", request, response);
  });
  server.on("upgrade", upgrade);
  server.on("connect", (request: IncomingMessage, socket: Socket) => {
    if (connections.owesAnswer(socket)) socket.destroy();
    else refuseSocket("method_not_allowed", request, socket);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket: Duplex) => {
    const code = answerClientError(error, socket, connections.responsesOn(socket));
    if (code !== undefined) log.refused(undefined, { status: gateProblem(code).status, code });
  });

  const address = await listen(server, where);
  return {
    url: urlOf(address, where.host),
    port: address.port,
    get isStopping() {
      return isStopping;
    },
    close() {
      isStopping = true;
      handlers.stopping?.();
      return connections.close(closeTimeout);
    },
  };
}
