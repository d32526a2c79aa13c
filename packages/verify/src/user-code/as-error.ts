import { isAuthError } from "../errors.ts";
import { reasonOf } from "../log-text.ts";

/**
 * Turns a value that user code threw into an error. It may be anything: `undefined`, which frameworks take as
 * no error, or `"route"`, which is a command for Express.
 *
 * @param whose What threw it, for the message.
 */
export function asError(error: unknown, whose: string): Error {
  return error instanceof Error || isAuthError(error)
    ? error
    : new Error(`${whose} threw a value that is not an Error: ${reasonOf(error)}`);
}
