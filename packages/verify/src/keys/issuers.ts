import { ConfigurationError } from "../errors.ts";
import { stringList } from "../option-values.ts";

/**
 * The issuers that the keys of a source vouch for.
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
   * The issuer of these keys, or several, each exactly as in `iss`. A token that these keys signed with
   * another `iss` is `issuer_rejected` (RFC 8725 section 3.8). Each must be an `issuer` of the verifier too.
   * Required if the verifier has several issuers and several key sources. Default: every issuer of the
   * verifier.
   */
  readonly issuer?: string | readonly string[] | undefined;
}

/**
 * The issuers of a source; undefined if it names none.
 *
 * @throws {ConfigurationError} Not a string, an empty one, or an empty list.
 */
export function readIssuers({ issuer }: IssuerOptions, name: string): readonly string[] | undefined {
  if (issuer === undefined) return undefined;
  return stringList(issuer, `${name}: issuer must be a non-empty string, or a list of them.`);
}

/**
 * Compares the issuers of the sources with those of the verifier. A key vouches for its own issuer only (RFC
 * 8725 section 3.8). With several issuers and several sources, only the options can say which belong
 * together.
 *
 * @param bound The issuers of each source.
 * @throws {ConfigurationError}
 */
export function checkIssuers(
  bound: readonly (readonly string[] | undefined)[],
  issuers: readonly string[],
): void {
  if (issuers.length > 1 && bound.length > 1 && bound.includes(undefined)) {
    throw new ConfigurationError(
      "keys: with several issuers and several key sources, each source must name its issuer, as in remoteJwks(url, { issuer }). Otherwise one issuer's keys could sign tokens of another.",
    );
  }
  const stranger = bound.flatMap((names) => names ?? []).find((name) => !issuers.includes(name));
  if (stranger !== undefined) {
    throw new ConfigurationError(
      `keys: a key source has the issuer ${JSON.stringify(stranger)}, which is not an \`issuer\` of the verifier (${issuers.map((name) => JSON.stringify(name)).join(", ")}). Both must be exactly the same.`,
    );
  }
}
