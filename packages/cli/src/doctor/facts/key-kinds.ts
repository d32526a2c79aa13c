import type { Environment } from "../../terminal.ts";

const variables = [
  "BETTER_AUTH_SECRET",
  "BETTER_AUTH_SECRETS",
  "BETTER_AUTH_URL",
  "USHER_JWKS_URL",
  "USHER_KEYS",
];

/**
 * Whether these are settings of an API at all. An environment without any of them is one where nobody set it
 * up.
 */
export function hasSettings(environment: Environment): boolean {
  return variables.some((name) => environment[name]);
}

/**
 * What tokens are accepted by, as `verifierFromEnv` chooses. Nothing where the settings say nothing at all.
 */
export function keyKinds(environment: Environment): ReadonlySet<string> {
  if (!hasSettings(environment)) return new Set();
  const { USHER_KEYS, USHER_JWKS_URL } = environment;
  return new Set((USHER_KEYS || (USHER_JWKS_URL ? "jwks" : "secret")).split(",").map((kind) => kind.trim()));
}
