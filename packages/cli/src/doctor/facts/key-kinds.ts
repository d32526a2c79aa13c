import type { Environment } from "../../terminal.ts";

const variables = [
  "BETTER_AUTH_SECRET",
  "BETTER_AUTH_SECRETS",
  "BETTER_AUTH_URL",
  "USHER_JWKS_URL",
  "USHER_KEYS",
  "USHER_ACCESS_TOKEN_ISSUER",
];

/** Whether the environment has any of the API's settings. */
export function hasSettings(environment: Environment): boolean {
  return variables.some((name) => environment[name]);
}

/** How the API verifies tokens, "secret" or "jwks", as `verifierFromEnv` decides. Empty without settings. */
export function keyKinds(environment: Environment): ReadonlySet<string> {
  if (!hasSettings(environment)) return new Set();
  const { USHER_KEYS, USHER_JWKS_URL } = environment;
  return new Set((USHER_KEYS || (USHER_JWKS_URL ? "jwks" : "secret")).split(",").map((kind) => kind.trim()));
}
