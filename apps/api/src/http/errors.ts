import { UnstorableIdError } from "@usher-auth/postgres";
import { DatabaseUnavailableError } from "@usher-auth/postgres/connection";
import { httpProblem, type Problem, problemContentType } from "@usher-auth/verify/http";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

/** Seconds after which a client may try again while the database is unavailable. */
const retryAfter = "5";

/** One error in a request: where and what. Never contains the value that was sent. */
export type RequestError = { path: string; message: string };

/** The request matches its schema and is invalid anyway. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  readonly errors: RequestError[];

  constructor(errors: RequestError[]) {
    super("the request is invalid");
    this.errors = errors;
  }
}

/** Answers every error with a problem body: errors of handlers, of Fastify, and unknown paths. */
export function answerErrorsWithProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.status === 503) reply.header("retry-after", retryAfter);
    if (problem.status >= 500) request.log.error({ err: error }, "request failed");
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, httpProblem(404)));
}

/**
 * For requests that fail before they are routed. No hook runs for them, so this sets the headers of the
 * hooks.
 */
export function answerFrameworkError(
  error: FastifyError,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  reply.headers({ "x-request-id": request.id, "cache-control": "no-store" });
  sendProblem(reply, httpProblem(error.statusCode ?? 400));
}

export function sendProblem(
  reply: FastifyReply,
  problem: Problem & { errors?: RequestError[] },
): FastifyReply {
  // A buffer, as in the guard: the route's response schema does not apply to it, and Fastify adds no charset.
  return reply
    .code(problem.status)
    .type(problemContentType)
    .send(Buffer.from(JSON.stringify(problem)));
}

function problemOf(error: FastifyError | BadRequest): Problem & { errors?: RequestError[] } {
  if (error instanceof BadRequest) return { ...httpProblem(400), errors: error.errors };
  if (error instanceof UnstorableIdError) {
    return { ...httpProblem(400), errors: [{ path: "params.userId", message: error.message }] };
  }
  if (error instanceof DatabaseUnavailableError) return httpProblem(503);
  if (hasZodFastifySchemaValidationErrors(error))
    return { ...httpProblem(400), errors: requestErrors(error) };

  const status = error.statusCode ?? 500;
  // The response never contains the error's message: it may quote internals.
  return status >= 400 && status < 500 ? httpProblem(status) : httpProblem(status === 503 ? 503 : 500);
}

function requestErrors(error: Pick<FastifyError, "validation" | "validationContext">): RequestError[] {
  const part = error.validationContext === "querystring" ? "query" : (error.validationContext ?? "request");
  return (error.validation ?? []).map(({ instancePath, message }) => ({
    path: [part, ...instancePath.split("/").filter(Boolean)].join("."),
    message: message ?? "is not valid",
  }));
}
