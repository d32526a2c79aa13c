import { printable } from "../log-text.ts";
import type { Revocation } from "./store.ts";

/** Characters of `by`. */
const longest = 200;
/** Characters that are looked at: more, so that a token at the end is recognized before it is cut. */
const looked = 2000;

/**
 * Reads a revocation's `by`. It may be a name that a user has chosen: it must not prevent the revocation, nor
 * reach a terminal or a database with characters that these interpret. A text that was read before stays the
 * same.
 */
export function readMaker(by: unknown): Pick<Revocation, "by"> {
  if (typeof by !== "string") return {};
  const text = printable(by.slice(0, looked), looked).slice(0, longest).trim().toWellFormed();
  return text === "" ? {} : { by: text };
}
