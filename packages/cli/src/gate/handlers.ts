import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Answers } from "./answer/answers.ts";
import { gateProblem } from "./problem.ts";
import type { TrustedProxies } from "./request/addresses.ts";
import type { Cors } from "./request/cors.ts";
import { forwardedHeaders } from "./request/forwarded.ts";
import { headersForBackend } from "./request/headers.ts";
import { identityOf } from "./request/identity.ts";
import { answerWith } from "./server/answer-with.ts";
import type { GateResponse } from "./server/gate-response.ts";
import { isOwnTarget } from "./server/health.ts";
import type { GateLog } from "./server/log.ts";
import { logoutPath } from "./server/logout.ts";
import { answerSocket } from "./server/raw-answer.ts";
import { requestIdOf } from "./server/request-id.ts";
import type { Handlers } from "./server/server.ts";
import type { Upstream } from "./upstream/upstream.ts";
import type { Bridge } from "./upstream/websocket.ts";
import type { Answer, Judge, Pass, Verdict } from "./verdict.ts";

/** What the handlers connect. */
export interface HandlerParts {
  readonly judge: Judge;
  readonly cors: Cors;
  readonly trusted: TrustedProxies;
  readonly answers: Answers;
  readonly log: GateLog;
  /** Returns false if the path is not one of health. */
  readonly health: (request: IncomingMessage, response: GateResponse) => boolean;
  /** Undefined: without revocations, there is no logout to receive. */
  readonly logout: ((request: IncomingMessage, response: GateResponse) => Promise<void>) | undefined;
  /** Undefined: the gate only answers other proxies. */
  readonly backend: { readonly http: Upstream; readonly webSockets: Bridge } | undefined;
}

/** Creates what the server calls: the gate's own paths, and then judge, and send what was judged. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { judge, cors, trusted, answers, log, health, logout, backend } = parts;

  function handle(request: IncomingMessage, response: GateResponse): void {
    const target = request.url ?? "";
    if (logout !== undefined && target === logoutPath) return void logout(request, response);
    if (isOwnTarget(target)) {
      if (!health(request, response)) answers.handle(request, response);
      return;
    }
    if (backend === undefined) {
      answer(withoutBackend, request, response);
      return;
    }
    whenJudged(
      request,
      false,
      (verdict) => {
        if ("pass" in verdict) return send(backend.http, verdict.pass, request, response);
        return answer(verdict.answer, request, response);
      },
      () => {
        if (response.headersSent) response.destroy();
        else answerWith(gateProblem("internal_error"), response);
      },
    );
  }

  async function send(
    http: Upstream,
    pass: Pass,
    request: IncomingMessage,
    response: GateResponse,
  ): Promise<void> {
    const headers = headersFor(pass, request);
    if (headers === undefined) return answer(unspeakable(pass), request, response);
    const begun = performance.now();
    const { target, route } = pass;
    const method = request.method ?? "";
    const responseHeaders = cors.headersFor(request.rawHeaders);
    const {
      status = 0,
      problem,
      cause,
    } = await http.send(request, response, {
      target,
      method,
      headers,
      responseHeaders,
    });
    if (problem !== undefined) fail(request, { status, problem, cause, route });
    log.served(request, { status, route, milliseconds: performance.now() - begun });
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const extra = { "x-request-id": requestIdOf(request) };
    const refuse = (refused: Answer) => {
      tell(refused, request);
      answerSocket(socket, refused, extra);
    };
    if (backend === undefined || isOwnTarget(request.url ?? "")) {
      refuse(withoutBackend);
      return;
    }
    whenJudged(
      request,
      true,
      async (verdict) => {
        if ("answer" in verdict) return refuse(verdict.answer);
        const { pass } = verdict;
        const headers = headersFor(pass, request);
        if (headers === undefined) return refuse(unspeakable(pass));
        const upgraded = { request, socket, head, pass, headers, extra };
        const { status, problem, cause } = await backend.webSockets.open(upgraded);
        if (problem !== undefined) fail(request, { status, problem, cause, route: pass.route });
      },
      () => socket.destroy(),
    );
  }

  /** A fault of the gate ends one request, and not the process. */
  function whenJudged(
    request: IncomingMessage,
    isUpgrade: boolean,
    done: (verdict: Verdict) => void | Promise<void>,
    failed: () => void,
  ): void {
    const { method = "", url = "", rawHeaders } = request;
    const verdict = judge({ method, target: url, rawHeaders, isUpgrade, message: request });
    const settled = verdict instanceof Promise ? verdict.then(done) : done(verdict);
    settled?.catch((error: unknown) => {
      log.error("the gate failed", { requestId: requestIdOf(request), error });
      failed();
    });
  }

  /** Undefined if the identity cannot be said in headers. */
  function headersFor({ principal }: Pass, request: IncomingMessage): string[] | undefined {
    const identity = identityOf(principal);
    if ("fault" in identity) return undefined;
    const { rawHeaders, socket } = request;
    const received = { remoteAddress: socket.remoteAddress, rawHeaders, encrypted: false };
    return headersForBackend(rawHeaders, identity.headers, forwardedHeaders(received, trusted), {
      "x-request-id": requestIdOf(request),
    });
  }

  function answer(given: Answer, request: IncomingMessage, response: GateResponse): void {
    tell(given, request);
    answerWith(given, response);
  }

  function tell({ status, code, hint, route }: Answer, request: IncomingMessage): void {
    if (code !== undefined) log.refused(request, { status, code, hint, route });
    // The page sees a network error, and nothing else tells why.
    else if (hint !== undefined) log.originUnknown(request, hint);
    log.served(request, { status, route, milliseconds: 0 });
  }

  function fail(
    request: IncomingMessage,
    {
      status,
      problem,
      cause,
      route,
    }: { status: number; problem: string; cause: unknown; route: string | undefined },
  ): void {
    const outcome = { status, code: problem, route };
    if (problem.startsWith("api_")) log.upstreamFailed(request, { ...outcome, cause });
    else log.refused(request, { ...outcome, hint: cause === undefined ? undefined : String(cause) });
  }

  return {
    handle,
    upgrade,
    stopping: () => backend?.webSockets.close(),
  };
}

const withoutBackend: Answer = {
  ...gateProblem("not_found"),
  hint: "not one of the gate's own paths, and without `upstream` there is no backend to pass it on to",
  route: undefined,
};

function unspeakable({ principal, route }: Pass): Answer {
  const identity = identityOf(principal);
  return {
    ...gateProblem("internal_error"),
    hint: "fault" in identity ? identity.fault : undefined,
    route,
  };
}
