import type { JwtOptions } from "better-auth/plugins/jwt";
import { IssuerError } from "../errors.ts";
import { sealPayload, type TokenPolicy } from "../token/payload.ts";
import { signHs256 } from "./hs256.ts";
import type { Instance } from "./instance.ts";

type SignHook = NonNullable<NonNullable<JwtOptions["jwt"]>["sign"]>;

/**
 * What makes Better Auth's `jwt()` sign with the secret that instance and API share: its documented
 * `jwt.sign` hook, since it has no HS256 of its own. Every payload that comes to it, another plugin's
 * included, is sealed.
 */
export function sharedSecretOptions(
  jwt: NonNullable<JwtOptions["jwt"]>,
  instance: () => Pick<Instance, "key">,
  policy: () => TokenPolicy,
): JwtOptions {
  const sign: SignHook = (payload, header, keys) => {
    refuseAnotherProfile(header, keys);
    return signHs256(sealPayload(payload, policy(), Date.now() / 1000), instance().key);
  };
  return {
    jwks: {
      // `jwt.sign` needs both. Neither is used by anything but OpenID discovery; the address can lead
      // nowhere.
      remoteUrl: "urn:usher-auth:shared-secret",
      keyPairConfig: { alg: "EdDSA" },
    },
    jwt: { ...jwt, sign },
  };
}

/**
 * Other plugins may ask for a logout token (`typ: "logout+jwt"`) or for a key of theirs. An API token is
 * neither.
 */
function refuseAnotherProfile(header: Parameters<SignHook>[1], keys: Parameters<SignHook>[2]): void {
  if ((header?.typ ?? "JWT") !== "JWT" || header?.cty !== undefined) {
    throw new IssuerError("usherJwt: only API tokens (typ JWT) are signed with the shared secret.");
  }
  if (keys?.signingKeyId !== undefined || keys?.signingAlgorithm !== undefined) {
    throw new IssuerError(
      "usherJwt: the shared secret is the only key; signingKeyId and signingAlgorithm have no effect.",
    );
  }
}
