import { ConfigurationError } from "../../errors.ts";
import type { UnverifiedHeader } from "../../token/header.ts";
import { warn } from "../../warning.ts";
import { markSource } from "../bound-source.ts";
import { type IssuerOptions, readIssuers } from "../issuers.ts";
import type { KeySource } from "../key-source.ts";
import { publicAlgorithms } from "../signature.ts";
import type { JwkOptions } from "./jwk.ts";
import { fittingKeys, type KeySet, readKeySet, unusedKeys } from "./key-set.ts";

/**
 * Options of {@link localJwks}.
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
 * Creates a key source from a JWKS that you have (RFC 7517 section 5), for example in a file.
 *
 * The keys never change while the process runs: a key that the issuer withdraws stays valid. If the issuer
 * publishes its keys at a URL, use `remoteJwks`.
 *
 * @param jwks The JWKS as JSON text, or parsed. A key that cannot be used is skipped with a process warning
 *   (`USHER_KEY_UNUSED`); a key with `use: "enc"` without one.
 * @throws {ConfigurationError} Not a JWKS, or no usable key in it.
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
  const source = {
    algorithms: publicAlgorithms,
    issuers: readIssuers(options, "localJwks"),
    candidates: (header: UnverifiedHeader) => fittingKeys(keys, header),
    keys: () => keys,
  };
  return markSource(source, source);
}

function read(jwks: string | object, options: JwkOptions): KeySet {
  try {
    return readKeySet(typeof jwks === "string" ? parseJson(jwks) : jwks, options);
  } catch (error) {
    throw new ConfigurationError(`localJwks: ${(error as Error).message}`);
  }
}

/** Throws its own message: the parser's repeats a part of the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error("it is not JSON");
  }
}
