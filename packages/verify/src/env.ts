import { readScopes } from "./claims/scope.ts";
import { ConfigurationError } from "./errors.ts";
import type { IssuerOptions } from "./keys/issuers.ts";
import { type RemoteJwksOptions, remoteJwks } from "./keys/jwks/remote-jwks.ts";
import type { KeySource } from "./keys/key-source.ts";
import { secretFingerprint } from "./keys/secret/fingerprint.ts";
import { parseSecretVersions } from "./keys/secret/secret-versions.ts";
import { sharedSecret } from "./keys/secret/shared-secret.ts";
import type { AccessTokenOptions } from "./verifier/access-tokens.ts";
import type { VerifierOptions } from "./verifier/options.ts";
import { createVerifier, type Verifier } from "./verifier/verifier.ts";

/** The variables that {@link verifierFromEnv} reads. */
export type VerifierEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Creates a verifier from environment variables. Only this function and {@link secretFingerprintFromEnv} read
 * them.
 *
 * - `BETTER_AUTH_URL`: the issuer's own variable, in any spelling that Better Auth accepts. Its origin is
 *   the issuer ({@link betterAuthIssuer}). For session tokens with another `iss` (`usherJwt({ issuer })`),
 *   use `createVerifier`.
 * - `API_URL`: the audience, exactly as in the tokens. It is a name; no request goes to it.
 * - `BETTER_AUTH_SECRETS` (`2:new,1:old`, the issuer's own format): tokens of each listed version are
 *   accepted. Without it, `BETTER_AUTH_SECRET`. As at the issuer, the single secret signs no token if there
 *   is a list.
 * - `USHER_JWKS_URL`: where the issuer publishes its keys, such as `https://app.example.com/api/auth/jwks`.
 *   It may have another host than `BETTER_AUTH_URL`, for example in a container network.
 * - `USHER_ALLOW_INSECURE_HOSTS`: the hosts that `USHER_JWKS_URL` may reach over plain http, separated by
 *   commas, such as `web`: `allowInsecureHosts` of {@link RemoteJwksOptions}.
 * - `USHER_KEYS`: which keys to accept: `secret`, `jwks`, or `jwks,secret` while you move from one to the
 *   other. Default: `jwks` if `USHER_JWKS_URL` is set, so that a secret that is still in the environment is
 *   not accepted by accident; otherwise `secret`.
 * - `USHER_ACCESS_TOKEN_ISSUER`: accepts OAuth access tokens too, with this `iss`. For Better Auth's OAuth
 *   provider it ends in `/api/auth`. Their audience is `API_URL`, and their keys are those of
 *   `USHER_JWKS_URL`.
 * - `USHER_ACCESS_TOKEN_SCOPES`: the scopes that every access token needs here, separated by spaces, or
 *   `none`. Required together with the issuer.
 *
 * @param env Default: `process.env`.
 * @param options What an environment cannot contain: the `revocations`.
 * @throws {ConfigurationError} Missing variables, all of them by name, or an invalid one. The message says
 *   what to set, and never contains a value.
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 *
 * export const verifier = verifierFromEnv({
 *   BETTER_AUTH_URL: "https://app.example.com",
 *   API_URL: "https://api.example.com",
 *   BETTER_AUTH_SECRET: process.env.BETTER_AUTH_SECRET,
 * });
 * ```
 */
export function verifierFromEnv(
  env: VerifierEnvironment = process.env,
  options: Pick<VerifierOptions, "revocations"> = {},
): Verifier {
  const kinds = chosenKinds(env);
  const needed = [...kinds.flatMap((kind) => neededBy(kind, env)), ...neededByAccessTokens(env)];
  checkPresent(env, ["BETTER_AUTH_URL", "API_URL", ...needed]);
  const issuer = betterAuthIssuer(env.BETTER_AUTH_URL as string);
  const accessTokens = readAccessTokens(env, kinds);
  // Better Auth signs access tokens with a key pair: the secret vouches for none.
  const issuers = accessTokens && { secret: issuer, jwks: [issuer, accessTokens.issuer] };
  return createVerifier({
    ...options,
    keys: kinds.map((kind) => keySources[kind](env, { issuer: issuers?.[kind] })),
    issuer,
    audience: env.API_URL as string,
    ...(accessTokens && { accessTokens }),
  });
}

/**
 * Returns the `iss` of the tokens of a Better Auth server with this `baseURL` (or `BETTER_AUTH_URL`): its
 * origin in lower case, without a default port, path or trailing slash.
 *
 * @throws {ConfigurationError} Not an http or https URL, which Better Auth rejects as well. The message
 *   does not contain it.
 * @example
 * ```ts
 * import { betterAuthIssuer } from "@usher-auth/verify";
 *
 * betterAuthIssuer("https://App.example.com:443/api/auth/"); // "https://app.example.com"
 * ```
 */
export function betterAuthIssuer(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (url?.protocol === "https:" || url?.protocol === "http:") return url.origin;
  throw new ConfigurationError(
    "BETTER_AUTH_URL must be an http or https address, such as https://app.example.com.",
  );
}

/**
 * Returns the fingerprint of the secret that signs now: the first of `BETTER_AUTH_SECRETS`, or
 * `BETTER_AUTH_SECRET`; undefined if neither is set. Print it at the start of issuer and API, to see whether
 * they have the same secret.
 *
 * @param env Default: `process.env`.
 * @throws {ConfigurationError} An invalid `BETTER_AUTH_SECRETS`.
 * @example
 * ```ts
 * import { secretFingerprintFromEnv } from "@usher-auth/verify";
 *
 * console.log("secret", secretFingerprintFromEnv()); // "secret 3f1c0a9b5d2e7c84"
 * ```
 */
export function secretFingerprintFromEnv(env: VerifierEnvironment = process.env): string | undefined {
  const current = env.BETTER_AUTH_SECRETS
    ? parseSecretVersions(env.BETTER_AUTH_SECRETS)[0]?.value
    : env.BETTER_AUTH_SECRET;
  return current ? secretFingerprint(current) : undefined;
}

type Kind = "secret" | "jwks";

const keySources: Readonly<Record<Kind, (env: VerifierEnvironment, options: IssuerOptions) => KeySource>> = {
  secret: (env, options) =>
    sharedSecret(
      env.BETTER_AUTH_SECRETS ? parseSecretVersions(env.BETTER_AUTH_SECRETS) : env.BETTER_AUTH_SECRET,
      options,
    ),
  jwks: (env, options) => remoteJwks(env.USHER_JWKS_URL as string, { ...options, ...readInsecureHosts(env) }),
};

function readInsecureHosts({ USHER_ALLOW_INSECURE_HOSTS: hosts }: VerifierEnvironment): RemoteJwksOptions {
  return hosts ? { allowInsecureHosts: hosts.split(",").map((name) => name.trim()) } : {};
}

function readAccessTokens(
  { USHER_ACCESS_TOKEN_ISSUER: issuer, USHER_ACCESS_TOKEN_SCOPES: scopes }: VerifierEnvironment,
  kinds: readonly Kind[],
): (AccessTokenOptions & { issuer: string }) | undefined {
  if (!issuer || !scopes) return undefined;
  if (!kinds.includes("jwks"))
    throw new ConfigurationError(
      "USHER_ACCESS_TOKEN_ISSUER: Better Auth signs access tokens with a key pair. Set USHER_JWKS_URL, and USHER_KEYS to jwks or jwks,secret.",
    );
  if (scopes.trim() === "none") return { issuer, scopes: null };
  return { issuer, scopes: readScopes(scopes.trim().split(/ +/), "USHER_ACCESS_TOKEN_SCOPES") };
}

/** What to set each variable to. */
const meanings = {
  BETTER_AUTH_URL: "Better Auth's baseURL, such as https://app.example.com",
  API_URL: "this API's name in tokens, such as https://api.example.com",
  BETTER_AUTH_SECRET: "the secret that the Better Auth server has",
  USHER_JWKS_URL: "where the issuer publishes its keys, https://…/api/auth/jwks",
  USHER_ACCESS_TOKEN_ISSUER: "the OAuth provider's issuer, such as https://app.example.com/api/auth",
  USHER_ACCESS_TOKEN_SCOPES: "the scopes that every access token needs, such as tasks:read, or to none",
} as const;

function neededBy(kind: Kind, env: VerifierEnvironment): readonly (keyof typeof meanings)[] {
  if (kind === "jwks") return ["USHER_JWKS_URL"];
  return env.BETTER_AUTH_SECRETS ? [] : ["BETTER_AUTH_SECRET"];
}

function neededByAccessTokens(env: VerifierEnvironment): readonly (keyof typeof meanings)[] {
  const names = ["USHER_ACCESS_TOKEN_ISSUER", "USHER_ACCESS_TOKEN_SCOPES"] as const;
  return names.some((name) => env[name]) ? names : [];
}

/** Reports every missing variable at once, so that a deployment does not fail once for each. */
function checkPresent(env: VerifierEnvironment, names: readonly (keyof typeof meanings)[]): void {
  const missing = names.filter((name) => !env[name]);
  if (missing.length === 0) return;
  throw new ConfigurationError(
    missing.map((name) => `${name} is not set. Set it to ${meanings[name]}.`).join("\n"),
  );
}

function chosenKinds(env: VerifierEnvironment): Kind[] {
  const chosen = (env.USHER_KEYS || (env.USHER_JWKS_URL ? "jwks" : "secret"))
    .split(",")
    .map((kind) => kind.trim());
  if (new Set(chosen).size !== chosen.length || !chosen.every(isKind)) {
    throw new ConfigurationError("USHER_KEYS must be secret, jwks, or jwks,secret.");
  }
  return chosen as Kind[];
}

function isKind(text: string): text is Kind {
  return text === "secret" || text === "jwks";
}
