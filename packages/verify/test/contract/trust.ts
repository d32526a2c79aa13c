import {
  type AccessTokenOptions,
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
  | {
      readonly keys: "secret";
      readonly secret: string;
      readonly issuer: string;
      readonly audience: string;
      readonly accessTokens?: AccessTokenOptions;
    }
  | {
      readonly keys: "jwks";
      readonly url: string;
      readonly issuer: string;
      readonly audience: string;
      /** How long keys are valid, in seconds. Default: that of `remoteJwks`. */
      readonly times?: Pick<RemoteJwksOptions, "maxAge" | "maxStale" | "timeout">;
    }
  /** No issuer. The verifier throws the code that the token's text names. */
  | { readonly keys: "none" };

export function verifierOf(trust: Trust, clock: () => number): Verifier {
  if (trust.keys === "none") return { verify: throwCode } as unknown as Verifier;
  const { issuer, audience } = trust;
  const keys = trust.keys === "secret" ? sharedSecret(trust.secret) : remoteJwks(trust.url, trust.times);
  const accessTokens = trust.keys === "secret" ? trust.accessTokens : undefined;
  return createVerifier({ keys, issuer, audience, clock, ...(accessTokens && { accessTokens }) });
}

/** A verifier that throws the code in the token. */
function throwCode(token: string): never {
  throw new AuthError(token as AuthErrorCode, { hint: "not for clients", cause: new Error("nor this") });
}
