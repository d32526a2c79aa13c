import type { AuthContext } from "better-auth";
import { IssuerError } from "../errors.ts";

/**
 * `oauthProvider()` of `@better-auth/oauth-provider`, and `mcp()` of `@better-auth/mcp`, which has its id,
 * sign their tokens with the keys of the plugin `jwt`, which any client and API must be able to verify. With
 * a shared secret, they would start, publish a JWKS that does not exist, and fail at each token.
 *
 * @throws {IssuerError} when such a plugin is in the instance, and it does not sign by itself
 */
export function requireKeyPairForOAuth({ options }: AuthContext): void {
  const needsKeyPair = (options.plugins ?? []).some(
    (plugin) => plugin.id === "oauth-provider" && plugin.options?.disableJwtPlugin !== true,
  );
  if (!needsKeyPair) return;
  throw new IssuerError(
    "usherJwt: oauthProvider() and mcp() need a key pair, and HS256 has none. " +
      'Set algorithm: "EdDSA", or disableJwtPlugin: true in their options.',
  );
}
