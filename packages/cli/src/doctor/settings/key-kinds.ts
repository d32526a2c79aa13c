import type { Environment } from "../../terminal.ts";
import { saysAnything } from "./says-anything.ts";

/**
 * What tokens are accepted by, as `verifierFromEnv` chooses. Nothing where the settings say nothing at all.
 */
export function keyKinds(environment: Environment): ReadonlySet<string> {
  if (!saysAnything(environment)) return new Set();
  const { USHER_KEYS, USHER_JWKS_URL } = environment;
  return new Set((USHER_KEYS || (USHER_JWKS_URL ? "jwks" : "secret")).split(",").map((kind) => kind.trim()));
}
