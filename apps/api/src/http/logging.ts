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

/** Where log lines go. Default: standard output. */
export type LogStream = { write(line: string): void };

/**
 * Logs one JSON line per request, when it is answered: id, method, path, status and duration. Headers and
 * query are never logged because they can contain tokens, and bodies because they are private. The guard logs
 * its rejections with code and hint.
 */
export function loggingOptions(config: Pick<Config, "logLevel">, stream?: LogStream): FastifyServerOptions {
  return {
    logger: {
      level: config.logLevel,
      // Not pino's own stream, which retries forever when the reader has exited.
      stream: printable(stream ?? process.stdout),
      serializers: { req: describeRequest, res: ({ statusCode }) => ({ statusCode }), err: describeError },
      // A second line of defence, for log lines that are added later.
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

/** A line may quote a path, a hint or an error: it must not control the terminal that shows it. */
function printable(stream: LogStream): LogStream {
  return { write: (line) => void stream.write(printableJson(line)) };
}

function describeRequest({ method, url }: { method: string; url: string }) {
  return { method, path: url.split(/[?#]/, 1).join().replace(dottedText, withoutToken) };
}

const dottedText = /[\w.-]+/g;

/**
 * Hides a JWT in a path: three segments, of which the first is a JSON header. `{` begins with one of three
 * pairs in base64url. Checks segment by segment: one regular expression would backtrack on a long path that
 * almost matches.
 */
function withoutToken(text: string): string {
  const segments = text.split(".");
  const hasToken = segments.some(
    (segment, index) => /e[yw3]/.test(segment) && segments[index + 1] && segments[index + 2] !== undefined,
  );
  return hasToken ? "[token]" : text;
}

/**
 * An error without the parameters of its query, which are users' texts: Drizzle puts them into its message,
 * and Postgres into the `detail` of its errors.
 */
function describeError(error: Error): { type: string; message: string; stack: string; code?: string } {
  const logged = error instanceof DrizzleQueryError && error.cause ? error.cause : error;
  const { code } = logged as { code?: unknown };
  return {
    type: logged.name,
    message: logged.message,
    stack: logged.stack ?? "",
    ...(typeof code === "string" && { code }),
    ...(logged.cause instanceof Error && { cause: describeError(logged.cause) }),
  };
}
