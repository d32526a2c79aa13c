/** From the quietest on. */
export const logLevels = ["silent", "fatal", "error", "warn", "info", "debug", "trace"] as const;

export type LogLevel = (typeof logLevels)[number];

export type Log = Record<"error" | "warn" | "info" | "debug", (message: string) => void>;

/** Whatever a message quotes, it cannot pass for a line of its own. */
const onOneLine = (message: string): string => message.trim().replaceAll(/\s*[\r\n\u2028\u2029]+\s*/g, " ");

/**
 * Lines on stdout (info, debug) and stderr (warn, error), each with the name of the process before it. Takes text only:
 * whatever is logged has been put into words by somebody who knew that it holds no token and no secret.
 */
export function createLog(level: LogLevel): Log {
  const line =
    (at: LogLevel, stream: NodeJS.WriteStream) =>
    (message: string): void => {
      if (logLevels.indexOf(at) <= logLevels.indexOf(level)) stream.write(`web ${onOneLine(message)}\n`);
    };
  return {
    error: line("error", process.stderr),
    warn: line("warn", process.stderr),
    info: line("info", process.stdout),
    debug: line("debug", process.stdout),
  };
}
