import type { AuthContext, StrictEndpoint } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { type JwtOptions, jwt, signJWT } from "better-auth/plugins/jwt";
import { sessionClaims } from "./claims.ts";
import { IssuerError } from "./errors.ts";
import { signHs256 } from "./hs256.ts";
import { instanceFrom, instanceHolder } from "./instance.ts";
import { checkOptions, type UsherJwtOptions } from "./options.ts";
import { type ApiTokenPayload, sealPayload } from "./payload.ts";

type JwtPlugin = ReturnType<typeof jwt<JwtOptions>>;

type SignHook = NonNullable<NonNullable<JwtOptions["jwt"]>["sign"]>;

type SignJwtEndpoint = StrictEndpoint<
  string,
  { method: "POST"; metadata: { $Infer: { body: { payload: ApiTokenPayload } } } },
  { token: string }
>;

/**
 * The plugin: Better Auth's own `jwt()` (and its id, so that other plugins and `jwtClient()` find it), without the
 * `jwks` table and without `auth.api.verifyJWT`, for there is no public key to publish or to verify with.
 */
export type UsherJwtPlugin = Pick<JwtPlugin, "id" | "version" | "options" | "hooks"> & {
  init(context: AuthContext): void;
  endpoints: Pick<JwtPlugin["endpoints"], "getJwks" | "getToken"> & { signJWT: SignJwtEndpoint };
};

/**
 * Makes Better Auth issue tokens for an API that shares its secret: HS256 (RFC 7518 section 3.2) with the instance's
 * own current secret, header `{ alg: "HS256", typ: "JWT" }`, and exactly these claims: `sub` (user id), `sid` (session
 * id), `jti` (unique), `iat`, `exp`, `iss`, `aud`, `email`, `name`, and what `claims` adds.
 *
 * `GET /token`, `authClient.token()` and the `set-auth-jwt` header of `/get-session` work as Better Auth documents them
 * for `jwt()`, which this takes the place of: use one of the two. `/jwks` answers 404, as it should for a shared secret.
 *
 * `auth.api.signJWT({ body: { payload } })` stays what it is in Better Auth, callable by server code only, and is held
 * to the same issuer, audience and lifetime; its `overrideOptions` are refused.
 *
 * What it does not do: it does not verify tokens, does not end them at sign-out (they expire), does not measure the
 * secret's entropy, and does not serve OpenID Connect, whose other audiences must not hold the secret.
 *
 * @throws {IssuerError} at once for a bad option; and when Better Auth starts, for its default secret, a secret under
 * 32 bytes, or no way to tell the issuer
 *
 * @example
 * ```ts
 * export const auth = betterAuth({
 *   database,
 *   baseURL: "https://app.example.com",
 *   plugins: [usherJwt({ audience: "https://api.example.com" })],
 * });
 * ```
 */
export function usherJwt(options: UsherJwtOptions): UsherJwtPlugin {
  const checked = checkOptions(options);
  const { audience, lifetime, claims } = checked;
  const instance = instanceHolder();

  const sign: SignHook = (payload, header, keys) => {
    refuseAnotherProfile(header, keys);
    const { key, issuer } = instance.get();
    return signHs256(sealPayload(payload, { issuer, audience, lifetime }, Math.floor(Date.now() / 1000)), key);
  };

  const jwtOptions: JwtOptions = {
    jwks: {
      // `jwt.sign` needs both. Neither is used by anything but OpenID discovery; the address can lead nowhere.
      remoteUrl: "urn:usher-auth:shared-secret",
      keyPairConfig: { alg: "EdDSA" },
    },
    jwt: {
      issuer: checked.issuer,
      audience,
      // A number would be taken for the time itself, not for a span.
      expirationTime: `${lifetime}s`,
      definePayload: (session) => sessionClaims(session, claims),
      sign,
    },
  };
  const { id, version, hooks, endpoints } = jwt(jwtOptions);

  return {
    id,
    version,
    options: jwtOptions,
    hooks,
    init: (context) => instance.set(instanceFrom(context, checked)),
    endpoints: { getJwks: endpoints.getJwks, getToken: endpoints.getToken, signJWT: signJwtEndpoint(jwtOptions) },
  };
}

/** Better Auth's own endpoint lets the caller replace the options, and with them the guarantees. This one does not. */
function signJwtEndpoint(options: JwtOptions): SignJwtEndpoint {
  return createAuthEndpoint.serverOnly(
    { method: "POST", metadata: { $Infer: { body: {} as { payload: ApiTokenPayload } } } },
    async (context) => {
      if ("overrideOptions" in context.body) {
        throw new IssuerError("usherJwt: signJWT takes no overrideOptions: every token has the plugin's guarantees.");
      }
      return context.json({ token: await signJWT(context, { options, payload: context.body.payload }) });
    },
  );
}

/** Other plugins may ask for a logout token (`typ: "logout+jwt"`) or for a key of theirs. An API token is neither. */
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
