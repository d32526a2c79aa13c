import { UnstorableIdError } from "@usher-auth/postgres";
import { DatabaseUnavailable } from "@usher-auth/postgres/connection";
import { httpProblem, type Problem, problemContentType } from "@usher-auth/verify";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";

/** Seconds after which a client may try again when the database is out. */
const retryAfter = "5";

/** One thing that is wrong with a request: where, and what. Never the value that was sent. */
export type RequestError = { path: string; message: string };

/** A request that is well-formed as far as its schema goes, and wrong all the same. */
export class BadRequest extends Error {
  override readonly name = "BadRequest";
  readonly errors: RequestError[];

  constructor(errors: RequestError[]) {
    super("the request is wrong");
    this.errors = errors;
  }
}

/**
 * Makes every error of the app a problem body: what its handlers throw, what Fastify refuses, and paths that
 * are none.
 */
export function answerErrorsWithProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const problem = problemOf(error);
    if (problem.status === 503) reply.header("retry-after", retryAfter);
    if (problem.status >= 500) request.log.error({ err: error }, "request failed");
    return sendProblem(reply, problem);
  });
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, httpProblem(404)));
}

/** For requests that fail before there is a route: no hook runs for those, so this sets what hooks would. */
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
  // Bytes, as the guard's refusals are: a route's own response schema has no say in them, and Fastify adds no
  // charset.
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
  if (error instanceof DatabaseUnavailable) return httpProblem(503);
  if (hasZodFastifySchemaValidationErrors(error))
    return { ...httpProblem(400), errors: requestErrors(error) };

  const status = error.statusCode ?? 500;
  // A 5xx says nothing of what went wrong inside; a 4xx of Fastify's own has a fixed sentence per status.
  return status >= 400 && status < 500 ? httpProblem(status) : httpProblem(status === 503 ? 503 : 500);
}

function requestErrors(error: Pick<FastifyError, "validation" | "validationContext">): RequestError[] {
  const part = error.validationContext === "querystring" ? "query" : (error.validationContext ?? "request");
  return (error.validation ?? []).map(({ instancePath, message }) => ({
    path: [part, ...instancePath.split("/").filter(Boolean)].join("."),
    message: message ?? "is not valid",
  }));
}
