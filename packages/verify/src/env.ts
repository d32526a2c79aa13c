import { ConfigurationError } from "./errors.ts";
import { type SecretVersion, sharedSecret } from "./keys/secret.ts";
import { createVerifier, type Verifier } from "./verifier.ts";

/** The variables that {@link verifierFromEnv} reads. */
export type VerifierEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * Makes a verifier of what the environment says. The only function here that reads one.
 *
 * - `BETTER_AUTH_SECRETS` (`2:new,1:old`, the issuer's own format): a token of any listed version is accepted. Without
 *   it, `BETTER_AUTH_SECRET`. As at the issuer, the single one signs no token once there is a list.
 * - `BETTER_AUTH_URL`: the issuer, exactly as Better Auth's `baseURL`.
 * - `API_URL`: the audience, exactly as the issuer writes it in tokens.
 *
 * @param env Default `process.env`.
 * @throws {ConfigurationError} A variable that is missing or cannot be right; the message says what to set.
 */
export function verifierFromEnv(env: VerifierEnvironment = process.env): Verifier {
  if (env.USHER_JWKS_URL) {
    throw new ConfigurationError("USHER_JWKS_URL is set, but this version verifies shared secrets only. Unset it.");
  }
  return createVerifier({
    keys: sharedSecret(readSecrets(env)),
    issuer: required(env, "BETTER_AUTH_URL", "Better Auth's baseURL, such as https://app.example.com"),
    audience: required(env, "API_URL", "this API's name in tokens, such as https://api.example.com"),
  });
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
