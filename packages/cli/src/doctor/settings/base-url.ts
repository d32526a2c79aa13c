import { betterAuthIssuer } from "@usher-auth/verify";
import type { Environment } from "../../terminal.ts";

/**
 * The issuer that BETTER_AUTH_URL names, read as Better Auth and the API read it; undefined where it names
 * none.
 */
export function issuerIn({ BETTER_AUTH_URL: url }: Environment): string | undefined {
  try {
    return url ? betterAuthIssuer(url) : undefined;
  } catch {
    // No address. The theme of the settings says so.
    return undefined;
  }
}
