import type { IncomingMessage } from "node:http";
import { pino } from "pino";
import { CannotRun } from "../../command-line/command.ts";
import { escapeControl } from "../../output/escape.ts";
import { type Environment, painterFor, type Sink } from "../../terminal.ts";
import { readableLine } from "./readable-line.ts";
import { requestIdOf } from "./request-id.ts";
import { Throttle } from "./throttle.ts";

const levels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;
export type LogLevel = (typeof levels)[number];
type LineLevel = "error" | "warn" | "info" | "debug";

/** Values of a line. None of them may contain a token, a secret or a query. */
type LogFields = Readonly<Record<string, unknown>>;

/** What is logged about the outcome of a request. */
interface LoggedOutcome {
  readonly status: number;
  /** The problem's code. */
  readonly code?: string | undefined;
  /** For the operator. */
  readonly hint?: string | undefined;
  /** The path as a template: `/api/{user_id}/tasks`. Never the path itself. */
  readonly route?: string | undefined;
  /** The client's address, if a trusted proxy told it. Default: that of the connection. */
  readonly client?: string | undefined;
}

/** The log of the gate. */
export interface GateLog {
  /** @param request Undefined: what arrived was not a request. */
  refused(request: IncomingMessage | undefined, outcome: LoggedOutcome): void;
  /** A preflight for a page whose origin CORS does not allow. */
  originUnknown(request: IncomingMessage, hint: string): void;
  /** The backend did not answer, or not well. */
  upstreamFailed(request: IncomingMessage, outcome: LoggedOutcome & { readonly cause?: unknown }): void;
  /** Every request, at the level `debug`. */
  served(request: IncomingMessage, outcome: LoggedOutcome & { readonly milliseconds: number }): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** At most one line of this kind in a second, with their number (`count`). */
  counted(level: LineLevel, kind: string, message: string, fields: LogFields): void;
  /** Writes what was held back. */
  close(): void;
}

/** @throws {CannotRun} `LOG_LEVEL` is not a level. */
export function readLogLevel({ LOG_LEVEL: level }: Environment): LogLevel {
  if (!level) return "info";
  if (!(levels as readonly string[]).includes(level))
    throw new CannotRun(`LOG_LEVEL must be one of ${levels.join(", ")}.`);
  return level as LogLevel;
}

/**
 * Creates the log: one line of JSON for each event, or a readable line on a terminal.
 *
 * @param sink Errors of the stream, such as a reader that has exited, must be handled by its owner.
 */
export function createLog(level: LogLevel, sink: Sink, environment: Environment = {}): GateLog {
  const paint = painterFor(sink, environment);
  const line = sink.isTTY ? (text: string) => readableLine(text, paint) : escapeControl;
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describe, cause: describe },
    },
    { write: (text: string) => void sink.write(line(text)) },
  );
  const throttle = new Throttle();
  const flush = () => throttle.flush();
  process.once("exit", flush);

  function counted(lineLevel: LineLevel, kind: string, message: string, fields: LogFields): void {
    if (!logger.isLevelEnabled(lineLevel)) return;
    throttle.add(`${lineLevel} ${kind}`, (count) =>
      logger[lineLevel](count === 1 ? fields : { ...fields, count }, message),
    );
  }

  return {
    counted,
    refused: (request, outcome) =>
      counted(
        outcome.status >= 500 ? "warn" : "info",
        `refused ${outcome.code}`,
        "a request was refused",
        factsOf(request, outcome),
      ),
    originUnknown: (request, hint) =>
      counted(
        "info",
        "origin unknown",
        "a page of another origin may not call the API: see `cors`",
        factsOf(request, { status: 204, hint }),
      ),
    upstreamFailed: (request, outcome) =>
      counted(
        "error",
        `upstream ${outcome.code}`,
        "the API did not answer as it should",
        factsOf(request, outcome),
      ),
    served: (request, outcome) => {
      if (logger.isLevelEnabled("debug")) logger.debug(factsOf(request, outcome), "a request was answered");
    },
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    close() {
      flush();
      process.off("exit", flush);
    },
  };
}

function factsOf(request: IncomingMessage | undefined, outcome: LoggedOutcome): LogFields {
  if (request === undefined) return { ...outcome };
  const client = request.socket?.remoteAddress;
  return { requestId: requestIdOf(request), method: request.method, client, ...outcome };
}

/** Characters. Messages may quote what a backend or a database said. */
const longestMessage = 500;

/** An error's name, code and message, and those of its causes. No stack: it would be a library's. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { name, message, cause } = error;
  const { code } = error as { code?: unknown };
  return {
    name,
    ...(typeof code === "string" && { code }),
    message: message.slice(0, longestMessage),
    ...(cause !== undefined && { cause: describe(cause) }),
  };
}
