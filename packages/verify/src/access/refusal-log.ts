import { authErrorCodes } from "../errors.ts";
import type { RequestRejected } from "../events/events.ts";
import { safeListener } from "../user-code/listener.ts";
import type { LoggedRefusal, RefusalLogger } from "./guard-host.ts";
import { refusalText } from "./refusal-text.ts";

/** Milliseconds in which one code is logged once. */
const interval = 1000;

const message = "request refused by usher";

/**
 * Logs refused requests, each code at most once a second: anyone can cause refusals, and nobody must be able to
 * fill a disk with them. Those in between are counted, and the next line of the code has their number. There is no
 * timer, which a Worker would not keep.
 *
 * @param log The application's function instead of the framework's logger; `false`: nothing is logged.
 */
export function createRefusalLog(
  log: ((refusal: LoggedRefusal) => unknown) | false | undefined,
): (refused: () => RequestRejected, reason: Reason, logger: FindLogger) => void {
  if (log === false) return () => undefined;
  const lines = new Map<string, Line>();
  const own: RefusalLogger | undefined = log && ((_level, _message, refusal) => log(refusal));
  const write = safeListener(
    ([logger, level, refusal]: readonly [RefusalLogger, Level, LoggedRefusal]) =>
      logger(level, message, refusal),
    log === undefined ? "the logger" : "log",
  );

  return (refused, { code, status }, find) => {
    // An error of another version may have a code that this one does not know, and there may be many.
    const kind = (authErrorCodes as readonly string[]).includes(code) ? code : "other";
    const line: Line = lines.get(kind) ?? { writtenAt: never, held: 0 };
    lines.set(kind, line);
    line.held++;
    const now = performance.now();
    const passed = now - line.writtenAt;
    // The clock of a Worker may go back.
    if (passed >= 0 && passed < interval) return;
    // Before the application's code, which may send a request to this guard.
    line.writtenAt = now;
    const level = status >= 500 ? "warn" : "info";
    const logger = own ?? loggerFor(level, find);
    if (logger === undefined) {
      // That of another request may write it.
      line.writtenAt = never;
      return;
    }
    const { held } = line;
    line.held = 0;
    write([logger, level, lineOf(refused(), held)]);
  };
}

type Reason = Pick<LoggedRefusal, "code" | "status">;
type Level = "info" | "warn";
type FindLogger = () => RefusalLogger | undefined;

/** The lines of one code. */
interface Line {
  /** When the last one was written. */
  writtenAt: number;
  /** Refusals since then. */
  held: number;
}

const never = Number.NEGATIVE_INFINITY;

function lineOf({ request: _, principal: __, ...facts }: RequestRejected, count: number): LoggedRefusal {
  return Object.freeze({ ...facts, count });
}

/** Undefined: nothing is written at this level. */
function loggerFor(level: Level, find: FindLogger): RefusalLogger | undefined {
  try {
    const logger = find() ?? toStandardError;
    return logger.isEnabled?.(level) === false ? undefined : logger;
  } catch {
    return toStandardError;
  }
}

/** `console.warn` is standard error on every runtime with one, and the log of a Worker. */
const toStandardError: RefusalLogger = (_level, _message, refusal) =>
  console.warn(`usher: ${refusalText(refusal)}`);
