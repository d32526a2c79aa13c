import type { UnverifiedHeader } from "../../token/header.ts";
import type { VerificationKey } from "../signature.ts";
import { importJwk, type JwkOptions, OtherPurpose } from "./jwk.ts";

/** More keys than any issuer has: a bound on what a set may cost. */
const mostKeys = 100;

/** The usable keys of a JWKS (RFC 7517 section 5). */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
  /** Each key by the text it was made of, to know it again in the next set. */
  readonly byName: ReadonlyMap<string, VerificationKey>;
  /**
   * One sentence for each key that was left out and should not have to be, by the key's text; see {@link
   * unusedKeys}.
   */
  readonly unused: ReadonlyMap<string, string>;
}

/**
 * Reads a JWKS. A key that cannot be used is left out: one broken key must not take the others with it. A key
 * that was in `previous` already stays the same object, so that what it verified stays verified.
 *
 * @throws {Error} No JWKS at all, or none of its keys can be used.
 */
export function readKeySet(document: unknown, options: JwkOptions, previous?: KeySet): KeySet {
  const list = listKeys(document);
  const byName = new Map<string, VerificationKey>();
  const unused = new Map<string, string>();
  const reasons: string[] = [];
  if (list.length > mostKeys) {
    unused.set("", `the set has ${list.length} keys; only the first ${mostKeys} are used`);
  }
  for (const [index, jwk] of list.slice(0, mostKeys).entries()) {
    const text = JSON.stringify(jwk);
    try {
      byName.set(text, previous?.byName.get(text) ?? importJwk(jwk, options));
    } catch (error) {
      const reason = `key ${index + 1} of the set is not used: ${(error as Error).message}`;
      reasons.push(reason);
      if (!(error instanceof OtherPurpose)) unused.set(text, reason);
    }
  }
  if (byName.size === 0) throw new Error(["the JWKS has no usable key", ...reasons].join("; "));
  return { keys: [...byName.values()], byName, unused };
}

/** The sentences about keys that are not used and that `previous` did not have: each is to be told once. */
export function unusedKeys({ unused }: KeySet, previous?: KeySet): string[] {
  return [...unused].flatMap(([text, reason]) => (previous?.unused.has(text) ? [] : [reason]));
}

/**
 * The keys that a token may be tried against: of its algorithm and, where both have one, its `kid`. A token
 * without a `kid` that several keys fit gets none: which key it means would be a guess (RFC 7515 section
 * 4.1.4).
 */
export function fittingKeys(
  keys: readonly VerificationKey[],
  header: UnverifiedHeader,
): readonly VerificationKey[] {
  const algorithm = header.alg === "Ed25519" ? "EdDSA" : header.alg;
  const fitting = keys.filter(
    (key) =>
      key.algorithm === algorithm &&
      (key.kid === undefined || header.kid === undefined || key.kid === header.kid),
  );
  return header.kid === undefined && fitting.length > 1 ? [] : fitting;
}

function listKeys(document: unknown): readonly unknown[] {
  const keys: unknown =
    typeof document === "object" && document !== null && "keys" in document ? document.keys : undefined;
  if (!Array.isArray(keys)) throw new Error("it is no JWKS: there is no list of `keys` in it");
  return keys;
}
