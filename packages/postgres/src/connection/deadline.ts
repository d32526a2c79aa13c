import { DatabaseUnavailable, isOutage } from "./outage.ts";

/**
 * Waits for `work` for at most `milliseconds`. Past that the signal aborts and the wait ends; the work itself
 * cannot be stopped, and must look at the signal before it does anything that lasts, such as a commit.
 *
 * @throws {DatabaseUnavailable} when time is up, and in place of any error that says that the database is
 *   out.
 */
export async function answeredWithin<Result>(
  milliseconds: number,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const { promise: timeIsUp, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new DatabaseUnavailable(new Error(`no answer within ${milliseconds} ms`));
    controller.abort(error);
    reject(error);
  }, milliseconds);
  try {
    return await Promise.race([work(controller.signal), timeIsUp]);
  } catch (error) {
    throw isOutage(error) && !(error instanceof DatabaseUnavailable) ? new DatabaseUnavailable(error) : error;
  } finally {
    clearTimeout(timer);
  }
}
