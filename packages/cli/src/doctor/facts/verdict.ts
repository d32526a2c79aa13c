import { AuthError, ConfigurationError, verifierFromEnv } from "@usher-auth/verify";
import type { Environment } from "../../terminal.ts";
import { hasSettings } from "./key-kinds.ts";
import type { TokenText } from "./token-text.ts";

/**
 * What a verifier with the API's settings says to the token. `unknown`: there is no token, or no settings to
 * go by.
 */
export type Verdict =
  | { readonly kind: "unknown" }
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly error: AuthError };

/** Asks the real verifier. Fetches the issuer's keys where the settings name their address. */
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
    // The theme of the settings says what is wrong with them.
    if (error instanceof ConfigurationError) return { kind: "unknown" };
    throw error;
  }
}
