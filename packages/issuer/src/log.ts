import { type AuthContext, createLogger } from "better-auth";

/** Better Auth's logger, which the application may have made its own, as far as it is needed here. */
export type Log = Record<"info" | "warn" | "error", (message: string) => void>;

/** The logger of a Better Auth instance. One that throws or rejects ends nothing: its line is lost. */
export function logOf(context: Pick<AuthContext, "logger" | "options">): Log {
  const { log } = context.options.logger ?? {};
  const logger =
    log === undefined ? context.logger : createLogger({ ...context.options.logger, log: harmless(log) });
  return {
    info: (message) => logger.info(message),
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
  };
}

type LogFunction = NonNullable<NonNullable<AuthContext["options"]["logger"]>["log"]>;

function harmless(log: LogFunction): LogFunction {
  return (...line) => {
    (async () => await log(...line))().catch(() => undefined);
  };
}

/** The longest message of somebody else's error that a line of the log quotes. */
const longestReason = 200;

/** What an error says, for one line of the log. */
export function reasonOf(error: unknown): string {
  const { name, message } = (error ?? {}) as { name?: unknown; message?: unknown };
  const text = [name, message].filter((part) => typeof part === "string" && part !== "").join(": ");
  return (text || "no error was thrown, but something else")
    .slice(0, longestReason)
    .replaceAll(/\p{Cc}/gu, " ");
}
