import type { JwtOptions } from "better-auth/plugins/jwt";
import { IssuerError } from "../errors.ts";
import { completePayload, type TokenPolicy } from "../token/payload.ts";
import { signHs256 } from "./hs256.ts";
import type { Instance } from "./instance.ts";

type SignHook = NonNullable<NonNullable<JwtOptions["jwt"]>["sign"]>;

/**
 * Options that make Better Auth's `jwt()` sign with the shared secret. `jwt()` has no HS256, so this uses its
 * documented `jwt.sign` hook. Every payload that reaches the hook is completed and checked, also those of
 * other plugins.
 */
export function sharedSecretOptions(
  jwt: NonNullable<JwtOptions["jwt"]>,
  instance: () => Pick<Instance, "key">,
  policy: () => TokenPolicy,
): JwtOptions {
  const sign: SignHook = (payload, header, keys) => {
    requireApiToken(header, keys);
    return signHs256(completePayload(payload, policy(), Date.now() / 1000), instance().key);
  };
  return {
    jwks: {
      // `jwt.sign` requires both. Only OpenID discovery uses them, and the URL is never fetched.
      remoteUrl: "urn:usher-auth:shared-secret",
      keyPairConfig: { alg: "EdDSA" },
    },
    jwt: { ...jwt, sign },
  };
}

/** Other plugins may request a logout token (`typ: "logout+jwt"`) or another key. Neither is an API token. */
function requireApiToken(header: Parameters<SignHook>[1], keys: Parameters<SignHook>[2]): void {
  if ((header?.typ ?? "JWT") !== "JWT" || header?.cty !== undefined) {
    throw new IssuerError("usherJwt: only API tokens (typ JWT) are signed with the shared secret.");
  }
  if (keys?.signingKeyId !== undefined || keys?.signingAlgorithm !== undefined) {
    throw new IssuerError(
      "usherJwt: the shared secret is the only key; signingKeyId and signingAlgorithm have no effect.",
    );
  }
}
