import { ConfigurationError } from "../../errors.ts";
import { warn } from "../../warning.ts";
import { type IssuerOptions, readIssuers } from "../issuers.ts";
import type { KeySource } from "../key-source.ts";
import { publicAlgorithms } from "../signature.ts";
import type { JwkOptions } from "./jwk.ts";
import { fittingKeys, type KeySet, readKeySet, unusedKeys } from "./key-set.ts";

/**
 * What {@link localJwks} may be told.
 *
 * @example
 * ```ts
 * import { type LocalJwksOptions, localJwks } from "@usher-auth/verify";
 *
 * const options: LocalJwksOptions = { issuer: "https://app.example.com" };
 * const keys = localJwks(process.env.JWKS ?? '{"keys":[]}', options);
 * ```
 */
export interface LocalJwksOptions extends JwkOptions, IssuerOptions {}

/**
 * Keys that are a JWKS you already have (RFC 7517 section 5): a file beside the API, say.
 *
 * They never change while the process runs: a key that the issuer withdraws goes on verifying. Where the
 * issuer has an address for its keys, prefer `remoteJwks`.
 *
 * @param jwks The JWKS as JSON text, or already parsed. A key that cannot be used is left out with a process
 * warning; one with `use: "enc"` without.
 * @throws {ConfigurationError} No JWKS, or no usable key in it.
 *
 * @example
 * ```ts
 * import { readFileSync } from "node:fs";
 * import { createVerifier, localJwks } from "@usher-auth/verify";
 *
 * const verifier = createVerifier({
 *   keys: localJwks(readFileSync("jwks.json", "utf8")),
 *   issuer: "https://app.example.com",
 *   audience: "https://api.example.com",
 * });
 * ```
 */
export function localJwks(jwks: string | object, options: LocalJwksOptions = {}): KeySource {
  const set = read(jwks, options);
  const { keys } = set;
  for (const warning of unusedKeys(set)) warn(`localJwks: ${warning}`, "USHER_KEY_UNUSED");
  return {
    algorithms: publicAlgorithms,
    issuers: readIssuers(options, "localJwks"),
    candidates: (header) => fittingKeys(keys, header),
    keys: () => keys,
  };
}

function read(jwks: string | object, options: JwkOptions): KeySet {
  try {
    return readKeySet(typeof jwks === "string" ? parseJson(jwks) : jwks, options);
  } catch (error) {
    throw new ConfigurationError(`localJwks: ${(error as Error).message}`);
  }
}

/** The parser's own message repeats some of the text; this one does not. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
}
