import { isAuthError } from "../errors.ts";
import { reasonOf } from "../log-text.ts";

/**
 * What user code threw, as an error. It may be anything: `undefined`, which frameworks take for no error at
 * all, or `"route"`, which Express takes for a command.
 *
 * @param whose What threw it, for the message.
 */
export function asError(error: unknown, whose: string): Error {
  return error instanceof Error || isAuthError(error)
    ? error
    : new Error(`${whose} threw what is no Error: ${reasonOf(error)}`);
}
