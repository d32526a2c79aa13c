import { ConfigurationError } from "../errors.ts";
import { stringList } from "../option-values.ts";

/**
 * Whose tokens the keys of a source may vouch for.
 *
 * @example
 * ```ts
 * import { createVerifier, remoteJwks } from "@usher-auth/verify";
 *
 * const issuers = ["https://eu.example.com", "https://us.example.com"];
 * const verifier = createVerifier({
 *   // Each key set verifies only the tokens of its issuer.
 *   keys: issuers.map((issuer) => remoteJwks(`${issuer}/api/auth/jwks`, { issuer })),
 *   issuer: issuers,
 *   audience: "https://api.example.com",
 * });
 * ```
 */
export interface IssuerOptions {
  /**
   * The issuer that these keys belong to, or several, each exactly as in `iss`. A token that they have signed
   * with another `iss` is `issuer_rejected` (RFC 8725 section 3.8). Each one must be an `issuer` of the
   * verifier as well. Required where the verifier has several issuers and several key sources; default: every
   * issuer of the verifier.
   */
  readonly issuer?: string | readonly string[] | undefined;
}

/**
 * The issuers that a source is bound to; undefined where it is bound to none.
 *
 * @throws {ConfigurationError} No text, an empty one, or an empty list.
 */
export function readIssuers({ issuer }: IssuerOptions, name: string): readonly string[] | undefined {
  if (issuer === undefined) return undefined;
  return stringList(issuer, `${name}: issuer must be a non-empty string, or a list of them.`);
}

/**
 * Holds sources and issuers against each other: RFC 8725 section 3.8 has a key vouch for its own issuer
 * alone, and where there are several of both, only the options can say which is whose.
 *
 * @param bound What each source is bound to.
 * @throws {ConfigurationError}
 */
export function checkIssuers(
  bound: readonly (readonly string[] | undefined)[],
  issuers: readonly string[],
): void {
  if (issuers.length > 1 && bound.length > 1 && bound.includes(undefined)) {
    throw new ConfigurationError(
      "keys: with several issuers and several key sources, say of each source whose keys it has, such as remoteJwks(url, { issuer }). Otherwise one issuer's keys could sign tokens in the name of another.",
    );
  }
  const stranger = bound.flatMap((names) => names ?? []).find((name) => !issuers.includes(name));
  if (stranger !== undefined) {
    throw new ConfigurationError(
      `keys: a key source has the issuer ${JSON.stringify(stranger)}, which is not an \`issuer\` of the verifier (${issuers.map((name) => JSON.stringify(name)).join(", ")}). It must be the same text, to the character.`,
    );
  }
}
