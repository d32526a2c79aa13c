import type { IncomingMessage, ServerResponse } from "node:http";
import { type GateProblemCode, gateProblem } from "../problem.ts";
import type { TrustedProxies } from "../request/addresses.ts";
import type { Cors } from "../request/cors.ts";
import { refusedInAnswers } from "../request/headers.ts";
import { isCanonical } from "../request/target.ts";
import type { Answer, Judge, Verdict } from "../verdict.ts";
import { type Dialect, dialectOf, type Reply } from "./dialects.ts";
import { identityFields } from "./identity-fields.ts";
import {
  type OriginalRequest,
  type QuestionFault,
  readHeaderPair,
  readPrefixed,
} from "./original-request.ts";
import { envoyPrefix } from "./paths.ts";
import { sendReply } from "./send-reply.ts";
import { webSocketFault } from "./websocket-fault.ts";

/** One answer, for the log. */
export interface AnswerEvent {
  /** The proxy's question. */
  readonly request: IncomingMessage;
  /** Of the original request. Undefined if it could not be read. */
  readonly method: string | undefined;
  /** What the client is to get. 204: the request may pass. */
  readonly status: number;
  /** Undefined if nothing was refused. */
  readonly code: string | undefined;
  readonly hint: string | undefined;
  readonly route: string | undefined;
  /** The id of the user, or of the client that acts for itself. */
  readonly principal: string | undefined;
}

/** Parts of {@link createAnswers}. */
export interface AnswerParts {
  readonly judge: Judge;
  readonly cors: Cors;
  /** Of the pages that may open WebSockets. False: not checked. */
  readonly origins: readonly string[] | false;
  /** Who may ask. */
  readonly trusted: TrustedProxies;
  /** Called once for each question. */
  readonly report: (event: AnswerEvent) => void;
}

/** Answers the questions of other proxies. */
export interface Answers {
  /** The request may be an upgrade. Its body is not read. */
  handle(request: IncomingMessage, response: ServerResponse): void;
}

/** A reply to the proxy, and what the log says about it. */
interface Outcome {
  readonly reply: Reply;
  readonly told: Omit<AnswerEvent, "request">;
}

/**
 * Creates the endpoints that other proxies ask before they pass a request on. The gate cannot change that
 * request, so it refuses what it would change if it passed it on itself: a path that is not canonical, and
 * fields that must not reach the backend.
 */
export function createAnswers({ judge, cors, origins, trusted, report }: AnswerParts): Answers {
  function answerTo(request: IncomingMessage): Outcome | Promise<Outcome> {
    if (!trusted.has(request.socket.remoteAddress))
      return refused(problem("not_found", "the address that asks is not among the trusted proxies"));
    const dialect = dialectOf(request.url ?? "");
    if (dialect === undefined) return refused(problem("not_found", "no proxy is answered at this path"));
    const original = readOriginal(request);
    if ("fault" in original) return refused(problem("bad_request", original.fault), dialect);
    const fault = refusedInAnswers(original.rawHeaders);
    if (fault !== undefined)
      return refused(problem("header_rejected", fault, original), dialect, original.method);

    // A preflight that the backend is to answer may pass anywhere.
    const keepsPreflight = dialect.carriesPreflights || !cors.ownsResponseHeaders;
    const rawHeaders = keepsPreflight ? original.rawHeaders : withoutPreflight(original.rawHeaders);
    const verdict = judge({ ...original, rawHeaders, message: request });
    return verdict instanceof Promise
      ? verdict.then((settled) => outcomeOf(settled, original, dialect, request))
      : outcomeOf(verdict, original, dialect, request);
  }

  function outcomeOf(
    verdict: Verdict,
    original: OriginalRequest,
    dialect: Dialect,
    request: IncomingMessage,
  ): Outcome {
    const { method, target } = original;
    if ("answer" in verdict) return refused(verdict.answer, dialect, method);
    const { principal, route, target: judged } = verdict.pass;
    if (!isCanonical(target, judged))
      return refused(problem("path_rejected", "the path is not canonical", original), dialect, method);
    const fault = original.isUpgrade ? webSocketFault(request, target, origins) : undefined;
    if (fault !== undefined)
      return refused(problem(fault, "the WebSocket must not be opened", original), dialect, method);
    const identity = identityFields(principal);
    if ("fault" in identity)
      return refused(problem("internal_error", identity.fault, original), dialect, method);
    const status = dialect.pass;
    if (status === undefined)
      return refused(problem("try_again", "the first answer refused it", original), dialect, method);
    const headers = {
      ...identity.fields,
      ...cors.headersFor(original.rawHeaders),
      "cache-control": "no-store",
    };
    return {
      reply: { status, headers, body: "" },
      told: { ...nothing, method, status: 204, route, principal: principal?.id },
    };
  }

  /** Pages of the frontend can read it, as they can what the judge refuses. */
  function problem(code: GateProblemCode, hint: string, original?: OriginalRequest): Answer {
    const { status, headers, body } = gateProblem(code);
    const forPages = original === undefined ? {} : cors.headersFor(original.rawHeaders);
    return { status, headers: { ...headers, ...forPages }, body, code, hint, route: undefined };
  }

  return {
    handle(request, response) {
      const finish = ({ reply, told }: Outcome) => {
        sendReply(request, response, reply);
        report({ request, ...told });
      };
      const outcome = answerTo(request);
      if (outcome instanceof Promise) void outcome.then(finish);
      else finish(outcome);
    },
  };
}

const nothing = { code: undefined, hint: undefined, route: undefined, principal: undefined };

/** Without a dialect, for those who ask in no way that the gate knows. */
function refused(answer: Answer, dialect?: Dialect, method?: string): Outcome {
  const { status, code, hint, route } = answer;
  return { reply: dialect?.reply(answer) ?? answer, told: { ...nothing, method, status, code, hint, route } };
}

function readOriginal({
  method = "",
  url = "",
  rawHeaders,
}: IncomingMessage): OriginalRequest | QuestionFault {
  return url.startsWith(envoyPrefix) ? readPrefixed(method, url, rawHeaders) : readHeaderPair(rawHeaders);
}

/** Without the field that makes an OPTIONS a preflight. */
function withoutPreflight(rawHeaders: readonly string[]): readonly string[] {
  const kept: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.toLowerCase() !== "access-control-request-method")
      kept.push(name, rawHeaders[index + 1] as string);
  }
  return kept;
}
