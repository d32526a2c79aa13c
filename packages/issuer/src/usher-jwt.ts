import type { AuthContext, BetterAuthOptions, GenericEndpointContext, StrictEndpoint } from "better-auth";
import { createAuthEndpoint } from "better-auth/api";
import { type JwtOptions, jwt, signJWT } from "better-auth/plugins/jwt";
import { IssuerError } from "./errors.ts";
import { createBackChannel } from "./logout/back-channel.ts";
import { deliverySchema } from "./logout/delivery-table.ts";
import { withEndpoints } from "./logout/plugin-endpoints.ts";
import { checkOptions } from "./options/check-options.ts";
import type { AuthenticatedSession, UsherJwtOptions } from "./options/options.ts";
import { organizationReader } from "./organization/reader.ts";
import { signHs256 } from "./signing/hs256.ts";
import { instanceFrom, instanceHolder } from "./signing/instance.ts";
import { keyPairOptions } from "./signing/key-pair.ts";
import { sharedSecretOptions } from "./signing/shared-secret.ts";
import { sessionClaims } from "./token/claims.ts";
import { type ApiTokenPayload, completePayload, type TokenPolicy } from "./token/payload.ts";
import { markSessionsWithoutSignIn } from "./token/sign-in-time.ts";
import { sessionHeaderHook, type TokenOptions, tokenEndpoint } from "./token/token-endpoint.ts";

type JwtPlugin = ReturnType<typeof jwt<JwtOptions>>;

type SignJwtEndpoint = StrictEndpoint<
  string,
  { method: "POST"; metadata: { $Infer: { body: { payload: ApiTokenPayload } } } },
  { token: string }
>;

/**
 * The plugin that {@link usherJwt} returns: Better Auth's own `jwt()`, with the same id, so that
 * `jwtClient()` and other plugins find it. It has no `auth.api.verifyJWT`, since the API verifies, and no
 * `jwks` table with HS256.
 *
 * @example
 * ```ts
 * import { type UsherJwtPlugin, usherJwt } from "@usher-auth/issuer";
 *
 * const tokens: UsherJwtPlugin = usherJwt({
 *   audience: "https://api.example.com",
 *   backchannelLogout: ["https://api.example.com/backchannel-logout"],
 * });
 * process.once("SIGTERM", async () => {
 *   await tokens.stop(); // before the database is closed
 *   process.exit();
 * });
 * ```
 */
export type UsherJwtPlugin = Pick<JwtPlugin, "id" | "version" | "options" | "hooks"> & {
  init(context: AuthContext): { options?: Pick<BetterAuthOptions, "databaseHooks"> };
  schema: Partial<NonNullable<JwtPlugin["schema"]> & typeof deliverySchema>;
  endpoints: Pick<JwtPlugin["endpoints"], "getJwks" | "getToken"> & { signJWT: SignJwtEndpoint };
  /**
   * Stops sending logout tokens. Resolves when the requests in progress are answered, in at most 5 seconds.
   * Call it when the process ends, before the database is closed. The next process, or another one on the
   * same database, sends what is left.
   */
  stop(): Promise<void>;
};

/**
 * Creates the Better Auth plugin that issues tokens for an API. Use it instead of Better Auth's `jwt()`.
 *
 * **Claims.** `sub` (the user's id), `sid` (the session's id), `jti` (unique), `iat`, `exp`, `iss`, `aud`,
 * `email`, `email_verified`, `name` (its first 256 characters), and what `claims` adds. During an
 * impersonation (Better Auth's admin plugin), `act` is `{ sub: <the administrator's id> }` (RFC 8693 section
 * 4.1). `auth_time` is when the user signed in (OpenID Connect Core section 2), in whole seconds, where the
 * user is known to have signed in. With the anonymous plugin, `is_anonymous` says whether the user is
 * anonymous. With `organization`, `org` and `org_role` are the active organization and the user's role in it.
 *
 * **Signature.** By default HS256 (RFC 7518 section 3.2) with the instance's current secret, which the API
 * shares. With another `algorithm`, Better Auth's own key pairs sign, and the API verifies with the JWKS at
 * `/jwks`. With HS256, `/jwks` answers 404.
 *
 * **Endpoints.** `GET /token`, `authClient.token()` and the `set-auth-jwt` header of `/get-session` work as
 * Better Auth documents them for `jwt()`. The session is looked up before a token is issued. If that fails,
 * `/token` answers 503 rather than 401, and `/get-session` omits the header. `auth.api.signJWT` is for server
 * code only. It signs an {@link ApiTokenPayload} with the same issuer, audience and lifetime, and rejects
 * `overrideOptions`. It has no session, so it adds no organization: `org` is what the payload says.
 *
 * **Logout.** With `backchannelLogout`, the APIs are notified when a session ends early, and when a user is
 * banned or deleted. This needs the table `usherLogout` (Better Auth's migrations create it) and timers,
 * which `stop()` ends.
 *
 * It does *not* verify tokens, revoke them (without `backchannelLogout` they are valid until they expire),
 * measure the entropy of the secret, or provide OpenID Connect.
 *
 * @throws {IssuerError} for an invalid option. When Better Auth starts: for its default secret, a secret
 *   under 32 bytes, an unknown issuer, `organization` without Better Auth's organization plugin,
 *   `backchannelLogout` without sessions in a database, or HS256 beside Better Auth's OAuth provider or MCP
 *   plugin (unless these have `disableJwtPlugin: true`)
 *
 * @example
 * ```ts
 * import { usherJwt } from "@usher-auth/issuer";
 * import { betterAuth } from "better-auth";
 * import { DatabaseSync } from "node:sqlite";
 *
 * export const auth = betterAuth({
 *   database: new DatabaseSync("auth.sqlite"),
 *   baseURL: "https://app.example.com",
 *   plugins: [usherJwt({ audience: "https://api.example.com" })],
 * });
 * ```
 */
export function usherJwt(options: UsherJwtOptions): UsherJwtPlugin {
  const checked = checkOptions(options);
  const { algorithm, audience, lifetime } = checked;
  const instance = instanceHolder();
  const reader = checked.organization && organizationReader(checked.organization.memberships);
  const policy = (): TokenPolicy => ({ issuer: instance.get().issuer, audience, lifetime });

  const claims: TokenOptions["claims"] = (session, { signedInAt, context } = {}) =>
    sessionClaims(session, checked, signedInAt, reader && ((given) => reader.read(given, context)));
  const tokens = {
    issuer: checked.issuer,
    audience,
    // Better Auth reads a number as a point in time, not as a duration.
    expirationTime: `${lifetime}s`,
    definePayload: (session: AuthenticatedSession) => claims(session),
  };
  const signing =
    algorithm === "HS256"
      ? sharedSecretOptions(tokens, instance.get, policy)
      : keyPairOptions(tokens, algorithm, checked.keys);
  const jwtOptions: JwtOptions = { ...signing, disableSettingJwtHeader: checked.disableSettingJwtHeader };
  const tokenOptions: TokenOptions = { jwt: jwtOptions, claims };
  const { id, version, hooks, endpoints, schema } = jwt(jwtOptions);
  const backChannel =
    checked.endpoints.length > 0 &&
    createBackChannel({
      endpoints: checked.endpoints,
      policy,
      organization: checked.organization !== undefined,
      sign: async (payload, context) =>
        algorithm === "HS256"
          ? signHs256(payload, instance.get().key, "logout+jwt")
          : await signJWT({ context } as GenericEndpointContext, {
              options: jwtOptions,
              payload,
              header: { typ: "logout+jwt" },
            }),
    });

  const plugin: UsherJwtPlugin = {
    id,
    version,
    options: jwtOptions,
    hooks: { after: hooks.after.map((hook) => sessionHeaderHook(hook, tokenOptions)) },
    schema: { ...(algorithm !== "HS256" && schema), ...(backChannel && deliverySchema) },
    init(context) {
      instance.set(instanceFrom(context, checked));
      reader?.attach(context);
      const logoutHooks = backChannel ? backChannel.attach(context) : {};
      return { options: { databaseHooks: withSignInMarks(logoutHooks, context) } };
    },
    stop: async () => {
      if (backChannel) await backChannel.stop();
    },
    endpoints: {
      getJwks: endpoints.getJwks,
      getToken: tokenEndpoint(endpoints.getToken, tokenOptions),
      signJWT: signJwtEndpoint(jwtOptions, policy),
    },
  };
  return withEndpoints(plugin, checked.endpoints);
}

type DatabaseHooks = NonNullable<BetterAuthOptions["databaseHooks"]>;

function withSignInMarks(hooks: DatabaseHooks, context: AuthContext): DatabaseHooks {
  const before = markSessionsWithoutSignIn(context);
  if (before === undefined) return hooks;
  return { ...hooks, session: { ...hooks.session, create: { ...hooks.session?.create, before } } };
}

/** Better Auth's own endpoint lets the caller override the options, and so the guarantees. */
function signJwtEndpoint(options: JwtOptions, policy: () => TokenPolicy): SignJwtEndpoint {
  return createAuthEndpoint.serverOnly(
    { method: "POST", metadata: { $Infer: { body: {} as { payload: ApiTokenPayload } } } },
    async (context) => {
      if ("overrideOptions" in context.body) {
        throw new IssuerError(
          "usherJwt: signJWT does not accept overrideOptions: the plugin's options apply to every token.",
        );
      }
      const payload = completePayload(context.body.payload, policy(), Date.now() / 1000);
      return context.json({ token: await signJWT(context, { options, payload }) });
    },
  );
}
