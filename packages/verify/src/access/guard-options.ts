import { ConfigurationError } from "../errors.ts";
import { createRefusals, type Refusals } from "../http/refusals.ts";
import { stringList } from "../option-values.ts";
import type { GuardOptions } from "./guard.ts";

/** Guard options after the one check that they get. */
export interface CheckedGuardOptions {
  readonly ownerParams: readonly string[];
  readonly refusals: Refusals;
}

/**
 * Characters of a quoted-string that need no escape (RFC 9110 section 5.6.4), so that the header is built by
 * hand safely.
 */
const plainText = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;

/** @throws {ConfigurationError} */
export function readGuardOptions(
  options: Omit<GuardOptions, "onAccept" | "onReject" | "verifier"> & {
    readonly verifier: { verifyEagerly: unknown };
    readonly onAccept?: unknown;
    readonly onReject?: unknown;
  },
): CheckedGuardOptions {
  const { verifier, ownerParam, realm = "api", concealOwnerMismatch = false } = options;
  if (typeof verifier?.verifyEagerly !== "function")
    throw new ConfigurationError("verifier: give createVerifier(...).");
  if (typeof realm !== "string" || !plainText.test(realm)) {
    throw new ConfigurationError('realm: printable ASCII without `"` and `\\`.');
  }
  for (const name of ["onAccept", "onReject"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new ConfigurationError(`${name}: give a function, or leave it out.`);
    }
  }
  return { ownerParams: readOwnerParams(ownerParam), refusals: createRefusals(realm, concealOwnerMismatch) };
}

function readOwnerParams(ownerParam: string | readonly string[] | null): readonly string[] {
  if (ownerParam === null) return [];
  return stringList(
    // A pattern (`:userId`, `{userId}`, `[userId]`) names no parameter: no path would be held to its owner.
    /[\s:{[]/.test(String(ownerParam)) ? [] : ownerParam,
    'ownerParam: name the path parameter that is the user\'s id, as in "userId"; null if there is none.',
  );
}
