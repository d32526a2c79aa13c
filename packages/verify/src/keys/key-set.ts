import type { UnverifiedHeader } from "../header.ts";
import type { VerificationKey } from "../signature.ts";
import { importJwk, type JwkOptions } from "./jwk.ts";

/** More keys than any issuer has: a bound on what a set may cost. */
const mostKeys = 100;

/** The usable keys of a JWKS (RFC 7517 section 5). */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
  /** Each key by the text it was made of, to know it again in the next set. */
  readonly byText: ReadonlyMap<string, VerificationKey>;
  /** One sentence for each key that was left out. */
  readonly warnings: readonly string[];
}

/**
 * Reads a JWKS. A key that cannot be used is left out with a warning: one broken key must not take the others with it.
 * A key that was in `previous` already stays the same object, so that what it verified stays verified.
 *
 * @throws {Error} No JWKS at all, or none of its keys can be used.
 */
export function readKeySet(document: unknown, options: JwkOptions, previous?: KeySet): KeySet {
  const list = listKeys(document);
  const byText = new Map<string, VerificationKey>();
  const warnings =
    list.length > mostKeys ? [`the set has ${list.length} keys; only the first ${mostKeys} are used`] : [];
  for (const [index, jwk] of list.slice(0, mostKeys).entries()) {
    const text = JSON.stringify(jwk);
    try {
      byText.set(text, previous?.byText.get(text) ?? importJwk(jwk, options));
    } catch (error) {
      warnings.push(`key ${index + 1} of the set is not used: ${(error as Error).message}`);
    }
  }
  if (byText.size === 0) throw new Error(["the JWKS has no usable key", ...warnings].join("; "));
  return { keys: [...byText.values()], byText, warnings };
}

/** Marks the keys that the next set does not have: from now on they verify nothing. */
export function retireMissing(previous: KeySet | undefined, next: KeySet | undefined): void {
  for (const [text, key] of previous?.byText ?? []) {
    if (next?.byText.get(text) !== key) key.retired = true;
  }
}

/**
 * The keys that a token may be tried against: of its algorithm and, where both have one, its `kid`. A token without a
 * `kid` that several keys fit gets none: which key it means would be a guess (RFC 7515 section 4.1.4).
 */
export function fittingKeys(keys: readonly VerificationKey[], header: UnverifiedHeader): readonly VerificationKey[] {
  const algorithm = header.alg === "Ed25519" ? "EdDSA" : header.alg;
  const fitting = keys.filter(
    (key) =>
      key.algorithm === algorithm && (key.kid === undefined || header.kid === undefined || key.kid === header.kid),
  );
  return header.kid === undefined && fitting.length > 1 ? [] : fitting;
}

function listKeys(document: unknown): readonly unknown[] {
  const keys: unknown =
    typeof document === "object" && document !== null && "keys" in document ? document.keys : undefined;
  if (!Array.isArray(keys)) throw new Error("it is no JWKS: there is no list of `keys` in it");
  return keys;
}
