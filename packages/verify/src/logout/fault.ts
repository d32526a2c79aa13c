import { reasonOf } from "../user-code/reason.ts";
import { warn } from "../warning.ts";

/** What is no verdict is a fault of code; where no framework is told of it, the operator is. */
export function warnOfLogoutFault(error: unknown): void {
  warn(`a logout could not be taken: ${reasonOf(error)}`, "USHER_LOGOUT_FAILED");
}
