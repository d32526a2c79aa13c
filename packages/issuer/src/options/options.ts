import type { JwtOptions } from "better-auth/plugins/jwt";
import { IssuerError } from "../errors.ts";
import { requireKnownOptions } from "./known-options.ts";
import { lifetimeInSeconds } from "./lifetime.ts";
import { checkEndpoints } from "./logout-endpoints.ts";

/** The signed-in user and their session, as Better Auth hands them to `jwt()`: `{ user, session }`. */
export type AuthenticatedSession = Parameters<
  NonNullable<NonNullable<JwtOptions["jwt"]>["definePayload"]>
>[0];

/** What `usherJwt()` takes. */
export interface UsherJwtOptions {
  /**
   * The API, or APIs, that the tokens are for: the `aud` claim (RFC 7519 section 4.1.3). Required, never
   * empty. The API's verifier must name one of them, character for character.
   */
  readonly audience: string | readonly string[];

  /**
   * How long a token lives: a time span such as "5m", "90 s" or "1 hour", or a whole number of seconds. From
   * 10 seconds to 24 hours. A token stays good for this long after a sign-out unless the API is told of the
   * sign-out, so keep it short: the client gets a new one whenever it needs it.
   *
   * @defaultValue "5m"
   */
  readonly expiresIn?: string | number;

  /**
   * The `iss` claim (RFC 7519 section 4.1.1), character for character what the API's verifier expects.
   *
   * @defaultValue the origin of Better Auth's `baseURL` (or BETTER_AUTH_URL), without a path or a trailing
   *   slash. Required when the base URL is dynamic or not set: an issuer taken from a request is one the
   *   client chose.
   */
  readonly issuer?: string;

  /**
   * What tokens are signed with. `HS256`: the secret that Better Auth and the API share. Any other: a key
   * pair that Better Auth makes, keeps encrypted in its database and publishes the public half of at `/jwks`,
   * so that the API can verify tokens and cannot make any.
   *
   * @defaultValue "HS256"
   */
  readonly algorithm?: "HS256" | KeyPairAlgorithm;

  /** The life of key pairs. Not for HS256, which has none. */
  readonly keys?: KeyPairLife;

  /**
   * More claims for the payload, out of the user and their session. Everything in them can be read by anyone
   * who holds the token. Called for every token, with copies, and given five seconds: then `/token` is a 503.
   * What it throws, an `APIError` too, is a 500 whose reason is in the log: it cannot sign anyone out.
   *
   * The claims that the plugin sets (`iss`, `sub`, `aud`, `exp`, `nbf`, `iat`, `jti`, `sid`, `act`, `email`,
   * `email_verified`, `name`, `is_anonymous`) cannot be among them: the token is refused with an {@link
   * IssuerError} that names the claim.
   */
  readonly claims?: (
    session: AuthenticatedSession,
  ) => Record<string, unknown> | Promise<Record<string, unknown>>;

  /**
   * The backends to tell when a session ends before its time, so that its tokens end with it: the addresses
   * of their OpenID Connect Back-Channel Logout 1.0 endpoints, https, or http on this machine. A token is
   * signed as access tokens are, and kept in the table `usherLogout` until the backend acknowledges it or
   * nothing that it ends can be alive.
   *
   * @defaultValue nobody: a token then stays good for up to `expiresIn` after a sign-out
   */
  readonly backchannelLogout?: readonly string[];

  /**
   * Whether `/get-session` is answered without the token in the header `set-auth-jwt`. Say `true` where
   * nothing reads it: each such answer then costs a signature less. `false` sets it with
   * `session.cookieCache` too, at the cost of looking the session up in the database for each answer.
   *
   * @defaultValue false; true with `session.cookieCache` (where there is a database or a secondary storage)
   */
  readonly disableSettingJwtHeader?: boolean;
}

/** The algorithms of key pairs that Better Auth makes. */
export type KeyPairAlgorithm = "EdDSA" | "ES256" | "ES512" | "RS256" | "PS256";

/** How long a key pair signs, and how long its public half is published after that. */
export interface KeyPairLife {
  /** Seconds until a new key pair takes over. At least 3600. Default: never. */
  readonly rotationInterval?: number;
  /**
   * Seconds for which a key pair stays in the JWKS after it was rotated out. At least twice the tokens' life.
   * Default: Better Auth's, 30 days.
   */
  readonly gracePeriod?: number;
}

/** The options once they hold: nothing left to default or to check. */
export interface CheckedOptions {
  readonly audience: string | string[];
  readonly lifetime: number;
  readonly issuer: string | undefined;
  readonly algorithm: "HS256" | KeyPairAlgorithm;
  readonly keys: KeyPairLife;
  readonly claims: NonNullable<UsherJwtOptions["claims"]>;
  readonly endpoints: readonly string[];
  /** `undefined`: as `session.cookieCache` has it. */
  readonly disableSettingJwtHeader: boolean | undefined;
}

const keyPairAlgorithms: readonly string[] = [
  "EdDSA",
  "ES256",
  "ES512",
  "RS256",
  "PS256",
] satisfies KeyPairAlgorithm[];

/**
 * Checks the options once, when the plugin is made.
 *
 * @throws {IssuerError} for the first one that does not hold
 */
export function checkOptions(options: UsherJwtOptions): CheckedOptions {
  requireKnownOptions(requireObject(options));
  const { claims = () => ({}), disableSettingJwtHeader } = options;
  if (typeof claims !== "function") {
    throw new IssuerError(
      "usherJwt: claims must be a function from { user, session } to an object of claims.",
    );
  }
  if (disableSettingJwtHeader !== undefined && typeof disableSettingJwtHeader !== "boolean") {
    throw new IssuerError("usherJwt: disableSettingJwtHeader must be true or false.");
  }
  const lifetime = lifetimeInSeconds(options.expiresIn ?? "5m");
  const algorithm = checkAlgorithm(options.algorithm ?? "HS256");
  return {
    audience: checkAudience(options.audience),
    lifetime,
    algorithm,
    keys: checkKeyPairLife(options.keys, algorithm, lifetime),
    issuer: options.issuer === undefined ? undefined : checkIssuer(options.issuer),
    claims,
    endpoints: checkEndpoints(options.backchannelLogout ?? []),
    disableSettingJwtHeader,
  };
}

function requireObject(options: unknown): object {
  if (typeof options === "object" && options !== null) return options;
  throw new IssuerError(`usherJwt: options are missing: usherJwt({ audience: "https://api.example.com" }).`);
}

function checkAudience(audience: unknown): string | string[] {
  if (isText(audience)) return audience;
  if (Array.isArray(audience) && audience.length > 0 && audience.every(isText)) return [...audience];
  throw new IssuerError(
    `usherJwt: audience must name the API that the tokens are for, such as "https://api.example.com".`,
  );
}

function checkAlgorithm(algorithm: string): CheckedOptions["algorithm"] {
  if (algorithm === "HS256" || keyPairAlgorithms.includes(algorithm))
    return algorithm as CheckedOptions["algorithm"];
  throw new IssuerError(`usherJwt: algorithm must be HS256, ${keyPairAlgorithms.join(", ")}.`);
}

/**
 * A key that leaves the JWKS too early takes good tokens along; one that lives too briefly is made all the
 * time.
 */
function checkKeyPairLife(keys: KeyPairLife = {}, algorithm: string, lifetime: number): KeyPairLife {
  if (typeof keys !== "object" || keys === null) {
    throw new IssuerError("usherJwt: keys must be { rotationInterval, gracePeriod }, in seconds.");
  }
  requireKnownOptions(keys, { rotationInterval: true, gracePeriod: true }, "keys.");
  const { rotationInterval, gracePeriod } = keys;
  if (algorithm === "HS256" && (rotationInterval ?? gracePeriod) !== undefined) {
    throw new IssuerError(
      "usherJwt: keys is about key pairs, and HS256 has none. Rotate the secret, or set algorithm.",
    );
  }
  requireSeconds("rotationInterval", rotationInterval, 3600);
  requireSeconds("gracePeriod", gracePeriod, 2 * lifetime);
  return keys;
}

function requireSeconds(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least)) return;
  throw new IssuerError(`usherJwt: keys.${name} must be a whole number of seconds, at least ${least}.`);
}

function checkIssuer(issuer: unknown): string {
  if (isText(issuer)) return issuer;
  throw new IssuerError(`usherJwt: issuer must be a non-empty text, such as "https://app.example.com".`);
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.trim() !== "";
}
