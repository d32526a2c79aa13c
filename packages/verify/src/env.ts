import { ConfigurationError } from "./errors.ts";
import { secretFingerprint } from "./keys/fingerprint.ts";
import { remoteJwks } from "./keys/jwks.ts";
import { sharedSecret } from "./keys/secret.ts";
import type { SecretVersion } from "./keys/secret-keys.ts";
import type { KeySource } from "./keys/source.ts";
import type { VerifierOptions } from "./options.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

/** The variables that {@link verifierFromEnv} reads. */
export type VerifierEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Makes a verifier of what the environment says. The only function here that reads one.
 *
 * - `BETTER_AUTH_URL`: the issuer, exactly as Better Auth's `baseURL`.
 * - `API_URL`: the audience, exactly as the issuer writes it in tokens.
 * - `BETTER_AUTH_SECRETS` (`2:new,1:old`, the issuer's own format): a token of any listed version is accepted. Without
 *   it, `BETTER_AUTH_SECRET`. As at the issuer, the single one signs no token once there is a list.
 * - `USHER_JWKS_URL`: where the issuer publishes its keys, such as `https://app.example.com/api/auth/jwks`. It need not
 *   be below the issuer's own address: in a container network the two differ.
 * - `USHER_KEYS`: which keys to accept tokens by: `secret`, `jwks`, or `jwks,secret` while moving from one to the other.
 *   Default: `jwks` where `USHER_JWKS_URL` is set, so that a secret left in the environment is not one by accident;
 *   else `secret`.
 *
 * @param env Default `process.env`.
 * @param options What no environment can say: the `revocations`.
 * @throws {ConfigurationError} A variable that is missing or cannot be right; the message says what to set.
 */
export function verifierFromEnv(
  env: VerifierEnvironment = process.env,
  options: Pick<VerifierOptions, "revocations"> = {},
): Verifier {
  return createVerifier({
    ...options,
    keys: chosenKinds(env).map((kind) => keySources[kind](env)),
    issuer: required(env, "BETTER_AUTH_URL", "Better Auth's baseURL, such as https://app.example.com"),
    audience: required(env, "API_URL", "this API's name in tokens, such as https://api.example.com"),
  });
}

/**
 * The fingerprint of the secret that tokens are signed with now: the first of `BETTER_AUTH_SECRETS`, or else
 * `BETTER_AUTH_SECRET`; undefined where neither is set. For both processes to print at start, so that a person sees
 * whether they share it.
 *
 * @param env Default `process.env`.
 * @throws {ConfigurationError} `BETTER_AUTH_SECRETS` of another form.
 */
export function secretFingerprintFromEnv(env: VerifierEnvironment = process.env): string | undefined {
  const current = env.BETTER_AUTH_SECRETS
    ? parseSecretVersions(env.BETTER_AUTH_SECRETS)[0]?.value
    : env.BETTER_AUTH_SECRET;
  return current ? secretFingerprint(current) : undefined;
}

type Kind = "secret" | "jwks";

const keySources: Readonly<Record<Kind, (env: VerifierEnvironment) => KeySource>> = {
  secret: (env) => sharedSecret(readSecrets(env)),
  jwks: (env) =>
    remoteJwks(required(env, "USHER_JWKS_URL", "where the issuer publishes its keys, https://…/api/auth/jwks")),
};

function chosenKinds(env: VerifierEnvironment): Kind[] {
  const chosen = (env.USHER_KEYS || (env.USHER_JWKS_URL ? "jwks" : "secret")).split(",").map((kind) => kind.trim());
  if (new Set(chosen).size !== chosen.length || !chosen.every(isKind)) {
    throw new ConfigurationError("USHER_KEYS must be secret, jwks, or jwks,secret.");
  }
  return chosen as Kind[];
}

function isKind(text: string): text is Kind {
  return text === "secret" || text === "jwks";
}

function readSecrets(env: VerifierEnvironment): string | SecretVersion[] {
  if (env.BETTER_AUTH_SECRETS) return parseSecretVersions(env.BETTER_AUTH_SECRETS);
  return required(env, "BETTER_AUTH_SECRET", "the secret that the Better Auth server has");
}

function required(env: VerifierEnvironment, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new ConfigurationError(`${name} is not set. Set it to ${what}.`);
  return value;
}

/**
 * Reads `2:new,1:old` as Better Auth does: entries split at commas and trimmed, the version before the first colon,
 * the first entry the current one. A secret can therefore hold colons, but no comma.
 *
 * @throws {ConfigurationError} An entry of another form. The message names its position, never its text.
 */
export function parseSecretVersions(text: string): SecretVersion[] {
  return text.split(",").map((entry, index) => {
    const match = /^\s*(\d+):\s*(\S(?:.*\S)?)\s*$/s.exec(entry);
    if (match?.[1] === undefined || match[2] === undefined) {
      throw new ConfigurationError(
        `BETTER_AUTH_SECRETS: entry ${index + 1} is not "<version>:<secret>". Write the newest first, such as 2:new,1:old`,
      );
    }
    return { version: Number(match[1]), value: match[2] };
  });
}
