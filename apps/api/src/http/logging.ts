import { DrizzleQueryError } from "drizzle-orm";
import {
  type FastifyBaseLogger,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from "fastify";
import type { Config } from "../config.ts";
import { printableJson } from "../operations/printable.ts";

/** Where log lines go; default: standard output. */
export type LogStream = { write(line: string): void };

/**
 * One JSON line per request, when it is answered, with its id, method, path, status and duration. No headers
 * and no query, since both can hold tokens, and no body. Refusals are logged by the guard, with code and
 * hint.
 */
export function loggingOptions(config: Pick<Config, "logLevel">, stream?: LogStream): FastifyServerOptions {
  return {
    logger: {
      level: config.logLevel,
      // Node's own stream rather than pino's: that one tries for ever to write to a reader who is gone.
      stream: printable(stream ?? process.stdout),
      serializers: { req: describeRequest, res: ({ statusCode }) => ({ statusCode }), err: describeError },
      // Belt and braces, for a line that somebody adds one day.
      redact: [
        "authorization",
        "cookie",
        "*.authorization",
        "*.cookie",
        "*.headers.authorization",
        "*.headers.cookie",
      ],
    },
    logController: new OneLinePerRequest({ requestIdLogLabel: "requestId" }),
  };
}

class OneLinePerRequest extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(
    error: Error | null | undefined,
    request: FastifyRequest,
    reply: FastifyReply,
  ): void {
    const line = { req: request, res: reply, milliseconds: Math.round(reply.elapsedTime * 10) / 10 };
    if (error) reply.log.error({ ...line, err: error }, "request failed");
    else reply.log.info(line, "request completed");
  }

  override routeNotFound(): void {}

  override serviceUnavailable(logger: FastifyBaseLogger): void {
    logger.info("a request came while closing");
  }
}

/**
 * Whatever a line quotes, of a path, a hint or a database's error: it cannot speak to the terminal that shows
 * it.
 */
function printable(stream: LogStream): LogStream {
  return { write: (line) => void stream.write(printableJson(line)) };
}

function describeRequest({ method, url }: { method: string; url: string }) {
  return { method, path: url.split(/[?#]/, 1).join().replace(dottedText, withoutToken) };
}

const dottedText = /[\w.-]+/g;

/**
 * For a JWT that somebody put into the path: three segments, of which the first has a header in it. That
 * begins with `{`, and so in base64url with one of three pairs. Looked for segment by segment: one expression
 * for all of it would, in a long path that almost fits, begin anew at each of them.
 */
function withoutToken(text: string): string {
  const segments = text.split(".");
  const hasToken = segments.some(
    (segment, index) => /e[yw3]/.test(segment) && segments[index + 1] && segments[index + 2] !== undefined,
  );
  return hasToken ? "[token]" : text;
}

/**
 * An error without what a query's parameters, and so people's own texts, would add to it: Drizzle puts those
 * into its message, and Postgres into the `detail` of its errors.
 */
function describeError(error: Error): { type: string; message: string; stack: string; code?: string } {
  const told = error instanceof DrizzleQueryError && error.cause ? error.cause : error;
  const { code } = told as { code?: unknown };
  return {
    type: told.name,
    message: told.message,
    stack: told.stack ?? "",
    ...(typeof code === "string" && { code }),
    ...(told.cause instanceof Error && { cause: describeError(told.cause) }),
  };
}
