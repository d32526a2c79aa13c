import type { ClaimsPolicy } from "../claims/claims.ts";
import { stringList } from "../option-values.ts";

/**
 * The audiences that a verifier accepts: a token must have one of them in `aud`. `{ exactly }` also rejects a
 * token that names any other audience (another API could use it here too). `null` disables the check.
 */
export type AudienceOption =
  | string
  | readonly string[]
  | { readonly exactly: string | readonly string[] }
  | null;

/**
 * @param name The option, for the message.
 * @param orNull What the message says of `null`.
 * @throws {ConfigurationError} Not a string, an empty one, or an empty list.
 */
export function readAudience(
  audience: AudienceOption,
  name: string,
  orNull = ", or to null to check none",
): Pick<ClaimsPolicy, "audiences" | "isExact"> {
  if (audience === null) return { audiences: null, isExact: false };
  const isExact = typeof audience === "object" && "exactly" in audience;
  const audiences = stringList(
    isExact ? audience.exactly : audience,
    `${name}: a non-empty string, or a list of them, is required. Set it to this API's name in tokens${orNull}.`,
  );
  return { audiences, isExact };
}
