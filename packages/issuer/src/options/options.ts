import type { JwtOptions } from "better-auth/plugins/jwt";

/**
 * The signed-in user and their session, as Better Auth passes them to `jwt()`: `{ user, session }`. The
 * argument of {@link UsherJwtOptions.claims}.
 */
export type AuthenticatedSession = Parameters<
  NonNullable<NonNullable<JwtOptions["jwt"]>["definePayload"]>
>[0];

/**
 * The options of `usherJwt()`. They are checked when the plugin is created; an invalid or unknown one throws
 * an {@link IssuerError}.
 *
 * @example
 * ```ts
 * import { type UsherJwtOptions, usherJwt } from "@usher-auth/issuer";
 *
 * const options: UsherJwtOptions = {
 *   audience: "https://api.example.com",
 *   expiresIn: "10m",
 *   algorithm: "EdDSA",
 *   claims: ({ session }) => ({ device: session.userAgent ?? "unknown" }),
 *   backchannelLogout: ["https://api.example.com/backchannel-logout"],
 * };
 * export const tokens = usherJwt(options);
 * ```
 */
export interface UsherJwtOptions {
  /**
   * The API, or APIs, that the tokens are for: the `aud` claim (RFC 7519 section 4.1.3). Must not be empty.
   * The API's verifier must be configured with one of these values, character for character.
   */
  readonly audience: string | readonly string[];

  /**
   * The lifetime of a token: a time span such as "5m", "90 s" or "1 hour", or a whole number of seconds. From
   * 10 seconds to 24 hours. Keep it short: unless `backchannelLogout` is set, a token stays valid for this
   * long after a sign-out. Clients get a new token whenever they need one.
   *
   * @defaultValue "5m"
   */
  readonly expiresIn?: string | number;

  /**
   * The `iss` claim (RFC 7519 section 4.1.1). The API's verifier must be configured with the same value,
   * character for character.
   *
   * @defaultValue the origin of Better Auth's `baseURL` (or BETTER_AUTH_URL), without a path or a trailing
   *   slash. Required when the base URL is dynamic or not set: a client could choose an issuer that is taken
   *   from the request.
   */
  readonly issuer?: string;

  /**
   * How tokens are signed. `HS256` uses the secret that Better Auth and the API share. The others use a key
   * pair that Better Auth creates, stores encrypted in its database and publishes at `/jwks`. The API can
   * then verify tokens but cannot issue any.
   *
   * @defaultValue "HS256"
   */
  readonly algorithm?: "HS256" | KeyPairAlgorithm;

  /** Rotation of the key pairs. Not allowed with HS256, which has none. */
  readonly keys?: KeyPairLife;

  /**
   * Adds claims to the payload, from copies of the user and the session. Called for every token. Anyone who
   * has the token can read them.
   *
   * It has five seconds; after that, `/token` answers 503. If it throws, even an `APIError`, `/token` answers
   * 500 and the log says why, so it can never sign a user out with a 401.
   *
   * It must not return `iss`, `sub`, `aud`, `exp`, `nbf`, `iat`, `jti`, `sid`, `act`, `auth_time`, `email`,
   * `email_verified`, `name` or `is_anonymous`, which the plugin sets, nor `org`, `org_role` or `orgs` with
   * `organization`, nor `cnf` or `at_hash`, with which APIs refuse a token. If it does, no token is issued, and
   * an {@link IssuerError} names the claim.
   */
  readonly claims?: (
    session: AuthenticatedSession,
  ) => Record<string, unknown> | Promise<Record<string, unknown>>;

  /**
   * Whether tokens say which organization the user acts for. Needs Better Auth's `organization()` plugin;
   * without it, Better Auth does not start.
   *
   * - `org`: the id of the session's active organization, only if the user is a member at that moment.
   * - `org_role`: the user's role in it, a string for one role and a list for several.
   * - `orgs`, with `{ memberships: 20 }`: up to that many of the user's organizations (1 to 50) as
   *   `[{ id, role }]`, the active one first, then by when the user joined. Further ones are left out, and
   *   those beyond 3000 characters.
   *
   * Session and membership are looked up for each token. If that fails, `/token` answers 503.
   *
   * With `backchannelLogout`, a change of memberships, roles or the active organization ends the user's older
   * tokens, and the session stays: the next request is refused with `token_revoked`, and the client fetches
   * another token. Every write through Better Auth's adapter counts, also by other plugins and by server
   * code. SQL of your own is not seen: such changes apply to the next token. Without
   * `backchannelLogout`, all changes do: older tokens keep their organization and role until they expire.
   *
   * @defaultValue false
   *
   * @example
   * ```ts
   * import { usherJwt } from "@usher-auth/issuer";
   * import { betterAuth } from "better-auth";
   * import { organization } from "better-auth/plugins";
   *
   * export const auth = betterAuth({
   *   baseURL: "https://app.example.com",
   *   plugins: [organization(), usherJwt({ audience: "https://api.example.com", organization: true })],
   * });
   * ```
   */
  readonly organization?: boolean | { readonly memberships: number };

  /**
   * The backends to notify when a session ends before it expires, so that they reject its tokens: the URLs of
   * their OpenID Connect Back-Channel Logout 1.0 endpoints. https, or http on this machine or on a host in
   * `allowInsecureHosts`.
   *
   * A logout token is signed like access tokens. The delivery is stored in the table `usherLogout` and
   * retried until the backend acknowledges it, or until all affected tokens have expired. `deliveryStatus` of
   * this package shows what waits.
   *
   * @defaultValue none: a token stays valid for up to `expiresIn` after a sign-out
   */
  readonly backchannelLogout?: readonly string[];

  /**
   * Names of other hosts that `backchannelLogout` may reach over plain http: `["api"]` for a
   * service of a container network. Exact names, without scheme, port or wildcard; the case does not matter.
   * Anyone who can answer on that network in the host's place can suppress a sign-out. With
   * `NODE_ENV=production`, each host causes one process warning (`USHER_INSECURE_HOST`).
   *
   * @defaultValue none
   *
   * @example
   * ```ts
   * import { usherJwt } from "@usher-auth/issuer";
   *
   * export const tokens = usherJwt({
   *   audience: "https://api.example.com",
   *   backchannelLogout: ["http://api:3001/backchannel-logout"],
   *   allowInsecureHosts: ["api"],
   * });
   * ```
   */
  readonly allowInsecureHosts?: readonly string[];

  /**
   * Whether to omit the token from the `set-auth-jwt` header of `/get-session`. Set it to `true` when no
   * client reads the header: each answer then saves a signature. `false` also sets the header with
   * `session.cookieCache`, at the cost of a session look-up for each answer.
   *
   * @defaultValue false; true with `session.cookieCache` when there is a database or secondary storage
   */
  readonly disableSettingJwtHeader?: boolean;
}

/** The key pair algorithms that Better Auth supports. */
export type KeyPairAlgorithm = "EdDSA" | "ES256" | "ES512" | "RS256" | "PS256";

/**
 * How long a key pair signs, and how long its public key is published after that.
 *
 * @example
 * ```ts
 * import { type KeyPairLife, usherJwt } from "@usher-auth/issuer";
 *
 * // A new key pair every 30 days; the old public key stays published for another hour.
 * const keys: KeyPairLife = { rotationInterval: 30 * 86_400, gracePeriod: 3600 };
 * export const tokens = usherJwt({ audience: "https://api.example.com", algorithm: "EdDSA", keys });
 * ```
 */
export interface KeyPairLife {
  /** Seconds until a new key pair replaces the current one. At least 3600. Default: never. */
  readonly rotationInterval?: number;
  /**
   * Seconds for which the public key of a replaced key pair stays in the JWKS. At least twice the lifetime of
   * a token. Default: Better Auth's, 30 days.
   */
  readonly gracePeriod?: number;
}
