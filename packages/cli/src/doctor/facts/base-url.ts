import { betterAuthIssuer } from "@usher-auth/verify";
import { trimTrailingSlashes } from "../../input/trim.ts";
import type { Environment } from "../../terminal.ts";

/**
 * The issuer that BETTER_AUTH_URL names, read as Better Auth and the API read it; undefined where it names
 * none.
 */
export function issuerFrom({ BETTER_AUTH_URL: url }: Environment): string | undefined {
  try {
    return url ? betterAuthIssuer(url) : undefined;
  } catch {
    // No address. The theme of the settings says so.
    return undefined;
  }
}

/** Where Better Auth's endpoints are: at /api/auth, unless its base URL has a path of its own. */
export function authBaseUrl({ origin, pathname }: URL): string {
  return `${origin}${trimTrailingSlashes(pathname) || "/api/auth"}`;
}
