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
export function saysAnything(environment: Environment): boolean {
  return variables.some((name) => environment[name]);
}
