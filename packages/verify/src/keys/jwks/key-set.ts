import type { UnverifiedHeader } from "../../token/header.ts";
import type { VerificationKey } from "../signature.ts";
import { importJwk, type JwkOptions, OtherPurpose } from "./jwk.ts";

/** The most keys read from a set. More than any issuer has; it bounds the cost. */
const mostKeys = 100;

/** The usable keys of a JWKS (RFC 7517 section 5). */
export interface KeySet {
  readonly keys: readonly VerificationKey[];
  /** Each key by its JSON text, to recognize it in the next set. */
  readonly byName: ReadonlyMap<string, VerificationKey>;
  /** Why a key was skipped, by the key's JSON text; see {@link unusedKeys}. */
  readonly unused: ReadonlyMap<string, string>;
}

/**
 * Reads a JWKS and skips the keys that cannot be used: a broken key must not disable the others. A key that
 * is also in `previous` stays the same object, so that cached tokens stay valid.
 *
 * @throws {Error} Not a JWKS, or no usable key in it.
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

/** The reasons for skipped keys that were not in `previous`: each is warned about once. */
export function unusedKeys({ unused }: KeySet, previous?: KeySet): string[] {
  return [...unused].flatMap(([text, reason]) => (previous?.unused.has(text) ? [] : [reason]));
}

/**
 * The keys to try for a token: with its algorithm, and with its `kid` if both have one. If several keys fit a
 * token without `kid`, none is tried: choosing one would be a guess (RFC 7515 section 4.1.4).
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
  if (!Array.isArray(keys)) throw new Error("it is not a JWKS: it has no list of `keys`");
  return keys;
}
