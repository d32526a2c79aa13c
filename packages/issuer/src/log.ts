import { type AuthContext, createLogger } from "better-auth";

/** The part of Better Auth's logger that the plugin uses. */
export type Log = Record<"info" | "warn" | "error", (message: string) => void>;

/**
 * The logger of a Better Auth instance. When the application's own `log` function throws or rejects, that
 * line is lost and nothing else fails.
 */
export function logOf(context: Pick<AuthContext, "logger" | "options">): Log {
  const { log } = context.options.logger ?? {};
  const logger =
    log === undefined ? context.logger : createLogger({ ...context.options.logger, log: ignoreErrors(log) });
  return {
    info: (message) => logger.info(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}

type LogFunction = NonNullable<NonNullable<AuthContext["options"]["logger"]>["log"]>;

function ignoreErrors(log: LogFunction): LogFunction {
  return (...line) => {
    (async () => await log(...line))().catch(() => undefined);
  };
}

/** Characters of an error's message that a log line quotes. */
const maxReasonLength = 200;

/** The name and message of an error, on one line, for the log. Anything can be thrown; this never throws. */
export function reasonOf(error: unknown): string {
  try {
    const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
    const text = [name, message].filter((part) => typeof part === "string" && part !== "").join(": ");
    return (text || "a value that is not an error was thrown")
      .slice(0, maxReasonLength)
      .replaceAll(/\p{Cc}/gu, " ");
  } catch {
    return "a value that cannot be read was thrown";
  }
}

/** The code or name of a database driver's error. Its message may quote a statement. */
export function codeOf(error: unknown): string {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown };
  const known = [code, name].find((part) => typeof part === "string" && /^[\w-]{1,50}$/.test(part));
  return known === undefined ? "unknown reason" : String(known);
}
