import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from "node:http";
import type { Dispatcher } from "undici";
import { type GateProblemCode, gateProblem } from "../problem.ts";
import { arrivedBody } from "./arrived-body.ts";
import { cutResponse, sendProblem } from "./client-side.ts";
import { failureOf, isClosedConnection } from "./failure.ts";
import type { Outcome } from "./outcome.ts";
import { headersForClient, type ResponseRules } from "./response-headers.ts";
import { Upload, type UploadEvents } from "./upload.ts";

/** The most informational responses (1xx) before the final one. None is passed on. */
const maxInformational = 32;

/** What is to be sent. */
export interface Outgoing {
  /** Canonical path and query, as they were judged. */
  readonly target: { readonly path: string; readonly query: string };
  /** In upper case. */
  readonly method: string;
  /** Names and values in turn, without those of the client's connection. */
  readonly headers: readonly string[];
  /** For any response, the backend's or a problem: CORS. In lower case. They replace the backend's. */
  readonly responseHeaders: Readonly<Record<string, string>>;
}

/** What is the same for all requests to one backend. */
export interface Route extends ResponseRules {
  readonly pool: Dispatcher;
  /** Opens a connection for each request. */
  readonly freshPool: Dispatcher;
  readonly timeout: number;
  readonly idleTimeout: number;
  readonly maxRequestBytes: number | undefined;
}

/** One request on its way to the backend, and the response on its way back. */
export class Exchange implements Dispatcher.DispatchHandler, UploadEvents {
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #outgoing: Outgoing;
  readonly #route: Route;
  /** A body that has not arrived as a whole. */
  #upload: Upload | undefined;
  #body: Upload | Buffer | null = null;
  #resolve: ((outcome: Outcome) => void) | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds. What the timer is set to. */
  #limit = 0;
  /** Nothing more may come from the backend. */
  #isOver = false;
  /** Whether a byte of a response has come. */
  #hasByte = false;
  #hasBody = true;
  #hasLength = true;
  #isPaused = false;
  #informational = 0;
  #wasRetried = false;
  #end: Outcome["end"] = "complete";
  #problem: GateProblemCode | undefined;
  #cause: string | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, outgoing: Outgoing, route: Route) {
    this.#request = request;
    this.#response = response;
    this.#outgoing = outgoing;
    this.#route = route;
  }

  /** Never rejects. */
  run(): Promise<Outcome> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      const response = this.#response;
      if (response.destroyed) return this.#onClose();
      response.on("close", this.#onClose);
      // Not every version of Node tells a response that waits behind another one on its connection.
      if (response.socket === null) this.#request.socket.on("close", this.#onClose);
      this.#watch();
      if (Number(this.#request.headers["content-length"]) > (this.#route.maxRequestBytes ?? Infinity))
        return this.onTooLarge();
      // What arrived with the head is parsed after it.
      if (hasBody(this.#request)) process.nextTick(this.#dispatchBody);
      else this.#dispatch(this.#route.pool);
    });
  }

  readonly #dispatchBody = (): void => {
    if (this.#isOver) return;
    const { pool, maxRequestBytes } = this.#route;
    this.#body = arrivedBody(this.#request) ?? new Upload(this.#request, maxRequestBytes, this);
    if (this.#body instanceof Upload) this.#upload = this.#body;
    this.#dispatch(pool);
  };

  #dispatch(pool: Dispatcher): void {
    const { target, method, headers } = this.#outgoing;
    pool.dispatch(
      {
        path: target.path + target.query,
        method,
        headers: headers as string[],
        body: this.#body,
      },
      this,
    );
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#isOver) controller.abort(new Error("The client has left."));
    else this.#controller = controller;
  }

  onResponseStarted(): void {
    this.#hasByte = true;
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    if (this.#isOver) return;
    if (status < 200) {
      this.#onInformational(status);
      return;
    }
    const response = this.#response;
    const { responseHeaders, method } = this.#outgoing;
    // Chunks are taken off, and any other coding would arrive without a word about it.
    const coding = headers["transfer-encoding"];
    if (coding !== undefined && !/^(?:chunked)?$/i.test(String(coding))) {
      this.#fail("api_unavailable", "The backend's response has a transfer coding other than chunked.");
      return;
    }
    this.#hasBody = method !== "HEAD" && status !== 204 && status !== 205 && status !== 304;
    this.#hasLength = !this.#hasBody || headers["content-length"] !== undefined;
    const list = headersForClient(status, headers, responseHeaders, this.#route);
    try {
      response.writeHead(status, list);
    } catch (error) {
      // Those before the invalid one.
      for (let index = 0; index < list.length; index += 2) response.removeHeader(list[index] as string);
      this.#fail("api_unavailable", failureOf(error as Error).cause);
      return;
    }
    // What arrived with the head is sent with it. A head that arrived alone does not wait for a body.
    process.nextTick(this.#flush);
  }

  #onInformational(status: number): void {
    if (status <= 101) this.#fail("api_unavailable", `The backend answered ${status}.`);
    else if (++this.#informational > maxInformational)
      this.#fail(
        "api_unavailable",
        `The backend sent more than ${maxInformational} informational responses.`,
      );
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.#isOver || !this.#hasBody) return;
    if (!this.#response.write(chunk) && !this.#isPaused) {
      this.#isPaused = true;
      controller.pause();
      this.#response.once("drain", this.#onDrain);
    }
    this.#watch();
  }

  onResponseEnd(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#response.end();
    this.#upload?.destroy();
  }

  onResponseError(_: Dispatcher.DispatchController | null, error: Error): void {
    if (this.#isOver) return;
    if (this.#mayRetry(error)) {
      this.#wasRetried = true;
      this.#dispatch(this.#route.freshPool);
      return;
    }
    const { code, cause } = failureOf(error);
    this.#fail(code, cause);
  }

  /** A kept connection may be closed at any time, also as a request is sent on it. */
  #mayRetry(error: Error): boolean {
    const { method } = this.#outgoing;
    if (this.#wasRetried || this.#hasByte || this.#controller === undefined) return false;
    return this.#body === null && (method === "GET" || method === "HEAD") && isClosedConnection(error);
  }

  onStart(): void {
    if (this.#request.headers.expect !== undefined) this.#response.writeContinue();
  }

  onProgress(): void {
    this.#watch();
  }

  onTooLarge(): void {
    this.#fail("payload_too_large", "The request body is larger than maxRequestBytes.");
  }

  #fail(code: GateProblemCode, cause: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#problem = code;
    this.#cause = cause;
    this.#controller?.abort(new Error(cause));
    this.#upload?.destroy();
    const response = this.#response;
    if (response.headersSent) {
      this.#end = "cut";
      cutResponse(response, this.#hasLength);
      return;
    }
    const { responseHeaders } = this.#outgoing;
    // A client that stopped in the middle of its request cannot send another one.
    const close = code === "request_timeout" ? { connection: "close" } : undefined;
    sendProblem(response, gateProblem(code, close), responseHeaders);
  }

  readonly #flush = (): void => {
    if (this.#isOver) return;
    this.#response.flushHeaders();
    this.#watch();
  };

  readonly #onDrain = (): void => {
    this.#isPaused = false;
    this.#watch();
    if (!this.#isOver) this.#controller?.resume();
  };

  /** Starts the timer again, for the side that the exchange waits for. */
  #watch(): void {
    const { timeout, idleTimeout } = this.#route;
    const isIdle = this.#response.headersSent || this.#upload?.waitsForClient === true;
    const limit = isIdle ? idleTimeout : timeout;
    if (this.#limit === limit) {
      this.#timer?.refresh();
      return;
    }
    clearTimeout(this.#timer);
    this.#limit = limit;
    this.#timer = setTimeout(this.#onTimeout, limit);
  }

  readonly #onTimeout = (): void => {
    const { headersSent, socket, destroyed } = this.#response;
    // It waits behind another one on its connection, whose time counts.
    if (headersSent && socket === null && !destroyed) this.#timer?.refresh();
    // The client does not read the end of its response.
    else if (this.#isOver) this.#response.destroy();
    else if (this.#response.headersSent)
      this.#fail("api_timeout", "No byte came or went within idleTimeout.");
    else if (this.#upload?.waitsForClient) this.#fail("request_timeout", "The client stopped sending.");
    else this.#fail("api_timeout", "The response did not begin within the timeout.");
  };

  /** The response is sent, or its connection is closed. */
  readonly #onClose = (): void => {
    const response = this.#response;
    const isLeft = !this.#isOver || (response.writableEnded && !response.writableFinished);
    if (this.#end === "complete" && isLeft) this.#end = "client_left";
    if (!this.#isOver) {
      this.#isOver = true;
      this.#controller?.abort(new Error("The client has left."));
      this.#upload?.destroy();
    }
    clearTimeout(this.#timer);
    response.off("close", this.#onClose).off("drain", this.#onDrain);
    this.#request.socket.off("close", this.#onClose);
    this.#resolve?.({
      status: response.headersSent ? response.statusCode : undefined,
      end: this.#end,
      problem: this.#problem,
      cause: this.#cause,
      wasRetried: this.#wasRetried,
    });
    this.#resolve = undefined;
  };
}

/** RFC 9112, section 6.3: one of the two headers says that a request has a body. */
function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && Number(length) > 0);
}
