import {
  AuthError,
  type AuthErrorCode,
  createVerifier,
  type RemoteJwksOptions,
  remoteJwks,
  sharedSecret,
  type Verifier,
} from "@usher-auth/verify";

/** The issuers that an app trusts, as data, which an app in another process or runtime can get too. */
export type Trust =
  | { readonly keys: "secret"; readonly secret: string; readonly issuer: string; readonly audience: string }
  | {
      readonly keys: "jwks";
      readonly url: string;
      readonly issuer: string;
      readonly audience: string;
      /** How long keys are good, in seconds. Default: as usual. */
      readonly times?: Pick<RemoteJwksOptions, "maxAge" | "maxStale" | "timeout">;
    }
  /** Nobody: the token's text is the code that it is refused with. */
  | { readonly keys: "none" };

export function verifierOf(trust: Trust, clock: () => number): Verifier {
  if (trust.keys === "none") return { verify: refuseAsTold } as unknown as Verifier;
  const { issuer, audience } = trust;
  const keys = trust.keys === "secret" ? sharedSecret(trust.secret) : remoteJwks(trust.url, trust.times);
  return createVerifier({ keys, issuer, audience, clock });
}

/** Stands in for a verifier that finds whatever the token's text says. */
function refuseAsTold(token: string): never {
  throw new AuthError(token as AuthErrorCode, { hint: "not for clients", cause: new Error("nor this") });
}
