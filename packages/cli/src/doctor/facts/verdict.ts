import { AuthError, ConfigurationError, verifierFromEnv } from "@usher-auth/verify";
import type { Environment } from "../../terminal.ts";
import { hasSettings } from "./key-kinds.ts";
import type { TokenText } from "./token-text.ts";

/**
 * The verdict of a verifier with the API's settings. `unknown`: there is no token, or there are no settings.
 */
export type Verdict =
  | { readonly kind: "unknown" }
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly error: AuthError };

/** Verifies the token with `verifierFromEnv`. Fetches the issuer's keys if the settings name their URL. */
export async function verdictOn(
  tokenText: TokenText | undefined,
  environment: Environment,
): Promise<Verdict> {
  if (tokenText === undefined || tokenText.jwt === undefined || !hasSettings(environment))
    return { kind: "unknown" };
  try {
    await verifierFromEnv(environment).verify(tokenText.token);
    return { kind: "accepted" };
  } catch (error) {
    if (error instanceof AuthError) return { kind: "refused", error };
    // checkSettings reports invalid settings.
    if (error instanceof ConfigurationError) return { kind: "unknown" };
    throw error;
  }
}
