import { ConfigurationError } from "./errors.ts";
import { remoteJwks } from "./keys/jwks/remote-jwks.ts";
import type { KeySource } from "./keys/key-source.ts";
import { secretFingerprint } from "./keys/secret/fingerprint.ts";
import { parseSecretVersions } from "./keys/secret/secret-versions.ts";
import { sharedSecret } from "./keys/secret/shared-secret.ts";
import type { VerifierOptions } from "./verifier/options.ts";
import { createVerifier, type Verifier } from "./verifier/verifier.ts";

/** The variables that {@link verifierFromEnv} reads. */
export type VerifierEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Makes a verifier of what the environment says. The only function here that reads one.
 *
 * - `BETTER_AUTH_URL`: the issuer's own variable, in any spelling that Better Auth takes: what counts is its
 *   origin ({@link betterAuthIssuer}). For tokens with another `iss` (`usherJwt({ issuer })`, an OAuth
 *   provider's), use `createVerifier`.
 * - `API_URL`: the audience, to the character as the issuer writes it in tokens. It is a name, and no address
 *   is made of it.
 * - `BETTER_AUTH_SECRETS` (`2:new,1:old`, the issuer's own format): a token of any listed version is
 *   accepted. Without it, `BETTER_AUTH_SECRET`. As at the issuer, the single one signs no token once there is
 *   a list.
 * - `USHER_JWKS_URL`: where the issuer publishes its keys, such as `https://app.example.com/api/auth/jwks`.
 *   It need not be below the issuer's own address: in a container network the two differ.
 * - `USHER_KEYS`: which keys to accept tokens by: `secret`, `jwks`, or `jwks,secret` while moving from one to
 *   the other. Default: `jwks` where `USHER_JWKS_URL` is set, so that a secret left in the environment is not
 *   one by accident; else `secret`.
 *
 * @param env Default `process.env`.
 * @param options What no environment can say: the `revocations`.
 * @throws {ConfigurationError} Variables that are missing, all of them by name, or one that cannot be right;
 *   the message says what to set, and never what is set.
 *
 * @example
 * ```ts
 * import { verifierFromEnv } from "@usher-auth/verify";
 *
 * // Reads BETTER_AUTH_SECRET, BETTER_AUTH_URL and API_URL from process.env.
 * const verifier = verifierFromEnv();
 * ```
 */
export function verifierFromEnv(
  env: VerifierEnvironment = process.env,
  options: Pick<VerifierOptions, "revocations"> = {},
): Verifier {
  const kinds = chosenKinds(env);
  checkPresent(env, ["BETTER_AUTH_URL", "API_URL", ...kinds.flatMap((kind) => neededBy(kind, env))]);
  return createVerifier({
    ...options,
    keys: kinds.map((kind) => keySources[kind](env)),
    issuer: betterAuthIssuer(env.BETTER_AUTH_URL as string),
    audience: env.API_URL as string,
  });
}

/**
 * The `iss` of the tokens that a Better Auth with this `baseURL` (or `BETTER_AUTH_URL`) issues: its origin,
 * in lower case and without a default port, whatever path, slash, case or port it is written with.
 *
 * @throws {ConfigurationError} No http or https address, which Better Auth refuses as well. The message does
 *   not repeat it.
 *
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
 * The fingerprint of the secret that tokens are signed with now: the first of `BETTER_AUTH_SECRETS`, or else
 * `BETTER_AUTH_SECRET`; undefined where neither is set. For both processes to print at start, so that a
 * person sees whether they share it.
 *
 * @param env Default `process.env`.
 * @throws {ConfigurationError} `BETTER_AUTH_SECRETS` of another form.
 *
 * @example
 * ```ts
 * import { secretFingerprintFromEnv } from "@usher-auth/verify";
 *
 * console.log(`shared secret: ${secretFingerprintFromEnv() ?? "not set"}`);
 * ```
 */
export function secretFingerprintFromEnv(env: VerifierEnvironment = process.env): string | undefined {
  const current = env.BETTER_AUTH_SECRETS
    ? parseSecretVersions(env.BETTER_AUTH_SECRETS)[0]?.value
    : env.BETTER_AUTH_SECRET;
  return current ? secretFingerprint(current) : undefined;
}

type Kind = "secret" | "jwks";

const keySources: Readonly<Record<Kind, (env: VerifierEnvironment) => KeySource>> = {
  secret: (env) =>
    sharedSecret(
      env.BETTER_AUTH_SECRETS ? parseSecretVersions(env.BETTER_AUTH_SECRETS) : env.BETTER_AUTH_SECRET,
    ),
  jwks: (env) => remoteJwks(env.USHER_JWKS_URL as string),
};

/** What each variable that may be missing is to be set to. */
const meanings = {
  BETTER_AUTH_URL: "Better Auth's baseURL, such as https://app.example.com",
  API_URL: "this API's name in tokens, such as https://api.example.com",
  BETTER_AUTH_SECRET: "the secret that the Better Auth server has",
  USHER_JWKS_URL: "where the issuer publishes its keys, https://…/api/auth/jwks",
} as const;

function neededBy(kind: Kind, env: VerifierEnvironment): readonly (keyof typeof meanings)[] {
  if (kind === "jwks") return ["USHER_JWKS_URL"];
  return env.BETTER_AUTH_SECRETS ? [] : ["BETTER_AUTH_SECRET"];
}

/** Names everything that is missing at once: a deployment is not to fail once for each. */
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
