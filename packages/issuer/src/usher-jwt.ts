import type { AuthContext, BetterAuthOptions, GenericEndpointContext, StrictEndpoint } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { type JwtOptions, jwt, signJWT } from "better-auth/plugins/jwt";
import { IssuerError } from "./errors.ts";
import { createBackChannel } from "./logout/back-channel.ts";
import { outboxSchema } from "./logout/delivery-queue.ts";
import { type AuthenticatedSession, checkOptions, type UsherJwtOptions } from "./options/options.ts";
import { signHs256 } from "./signing/hs256.ts";
import { instanceFrom, instanceHolder } from "./signing/instance.ts";
import { keyPairOptions } from "./signing/key-pair.ts";
import { sharedSecretOptions } from "./signing/shared-secret.ts";
import { sessionClaims } from "./token/claims.ts";
import { type ApiTokenPayload, sealPayload, type TokenPolicy } from "./token/payload.ts";
import { sessionHeaderHook, tokenEndpoint } from "./token/token-endpoint.ts";

type JwtPlugin = ReturnType<typeof jwt<JwtOptions>>;

type SignJwtEndpoint = StrictEndpoint<
  string,
  { method: "POST"; metadata: { $Infer: { body: { payload: ApiTokenPayload } } } },
  { token: string }
>;

/**
 * The plugin: Better Auth's own `jwt()` (and its id, so that other plugins and `jwtClient()` find it),
 * without `auth.api.verifyJWT`, since verifying is the API's part, and without the `jwks` table where there
 * is no key pair.
 */
export type UsherJwtPlugin = Pick<JwtPlugin, "id" | "version" | "options" | "hooks"> & {
  init(context: AuthContext): { options?: Pick<BetterAuthOptions, "databaseHooks"> };
  schema: Partial<NonNullable<JwtPlugin["schema"]> & typeof outboxSchema>;
  endpoints: Pick<JwtPlugin["endpoints"], "getJwks" | "getToken"> & { signJWT: SignJwtEndpoint };
  /**
   * Sends no more logout tokens, and resolves when those under way have been answered, in at most 5 seconds.
   * For the end of the process, before its database is closed. What is left is sent by the next process, or
   * another one.
   */
  stop(): Promise<void>;
};

/**
 * Makes Better Auth issue tokens for an API, with exactly these claims: `sub` (user id), `sid` (session id),
 * `jti` (unique), `iat`, `exp`, `iss`, `aud`, `email`, `email_verified`, `name` (its first 256 characters),
 * and what `claims` adds. A session of an administrator in a user's name (the admin plugin) has `act: { sub:
 * <the administrator's id> }` besides (RFC 8693 section 4.1). With the anonymous plugin each token says by
 * `is_anonymous` whether its user is one.
 *
 * By default HS256 (RFC 7518 section 3.2) with the instance's own current secret, which the API shares;
 * header `{ alg: "HS256", typ: "JWT" }`. With another `algorithm`, Better Auth's own key pairs sign, and the
 * API verifies by the JWKS that it publishes; header `{ alg, kid }`.
 *
 * `GET /token`, `authClient.token()` and the `set-auth-jwt` header of `/get-session` work as Better Auth
 * documents them for `jwt()`, which this takes the place of: use one of the two, and see
 * docs/guide/coming-from-jwt.md for what differs. `/jwks` has the public keys, and answers 404 where the key
 * is a shared secret. A token is made for a session that was just looked up; where that is impossible,
 * `/token` is a 503 and no 401, and `/get-session` goes without the header.
 *
 * `auth.api.signJWT({ body: { payload } })` stays what it is in Better Auth, callable by server code only,
 * and is held to the same issuer, audience and lifetime; its `overrideOptions` are refused.
 *
 * With `backchannelLogout`, the APIs are told of each session that ends before its time, by its user, an
 * administrator or another plugin, and of each user who is banned or deleted. It needs the table
 * `usherLogout` (Better Auth's migrations make it) and timers; `stop()` ends it.
 *
 * What it does not do: it does not verify tokens, does not end them by itself (without `backchannelLogout`
 * they expire), does not measure the secret's entropy, and does not serve OpenID Connect.
 *
 * @throws {IssuerError} at once for a bad option; and when Better Auth starts, for its default secret, a
 *   secret under 32 bytes, no way to tell the issuer, or sessions that are no rows of a database while there
 *   is a backend to tell
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
  const { algorithm, audience, lifetime } = checked;
  const instance = instanceHolder();
  const policy = (): TokenPolicy => ({ issuer: instance.get().issuer, audience, lifetime });

  const tokens = {
    issuer: checked.issuer,
    audience,
    // A number would be taken for the time itself, not for a span.
    expirationTime: `${lifetime}s`,
    definePayload: (session: AuthenticatedSession) => sessionClaims(session, checked),
  };
  const signing =
    algorithm === "HS256"
      ? sharedSecretOptions(tokens, instance.get, policy)
      : keyPairOptions(tokens, algorithm, checked.keys);
  const jwtOptions: JwtOptions = { ...signing, disableSettingJwtHeader: checked.disableSettingJwtHeader };
  const { id, version, hooks, endpoints, schema } = jwt(jwtOptions);
  const backChannel =
    checked.endpoints.length > 0 &&
    createBackChannel({
      endpoints: checked.endpoints,
      policy,
      sign: async (payload, context) =>
        algorithm === "HS256"
          ? signHs256(payload, instance.get().key, "logout+jwt")
          : await signJWT({ context } as GenericEndpointContext, {
              options: jwtOptions,
              payload,
              header: { typ: "logout+jwt" },
            }),
    });

  return {
    id,
    version,
    options: jwtOptions,
    hooks: { after: hooks.after.map((hook) => sessionHeaderHook(hook, jwtOptions)) },
    schema: { ...(algorithm !== "HS256" && schema), ...(backChannel && outboxSchema) },
    init(context) {
      instance.set(instanceFrom(context, checked));
      return backChannel ? { options: { databaseHooks: backChannel.attach(context) } } : {};
    },
    stop: async () => {
      if (backChannel) await backChannel.stop();
    },
    endpoints: {
      getJwks: endpoints.getJwks,
      getToken: tokenEndpoint(endpoints.getToken, jwtOptions),
      signJWT: signJwtEndpoint(jwtOptions, policy),
    },
  };
}

/**
 * Better Auth's own endpoint lets the caller replace the options, and with them the guarantees. This one does
 * not.
 */
function signJwtEndpoint(options: JwtOptions, policy: () => TokenPolicy): SignJwtEndpoint {
  return createAuthEndpoint.serverOnly(
    { method: "POST", metadata: { $Infer: { body: {} as { payload: ApiTokenPayload } } } },
    async (context) => {
      if ("overrideOptions" in context.body) {
        throw new IssuerError(
          "usherJwt: signJWT takes no overrideOptions: every token has the plugin's guarantees.",
        );
      }
      const payload = sealPayload(context.body.payload, policy(), Date.now() / 1000);
      return context.json({ token: await signJWT(context, { options, payload }) });
    },
  );
}
