import { betterAuthIssuer } from "@usher-auth/verify";
import { trimTrailingSlashes } from "../../input/trim.ts";
import type { Environment } from "../../terminal.ts";

/**
 * The issuer for BETTER_AUTH_URL, as Better Auth and the API read it; undefined if it is missing or invalid.
 */
export function issuerFrom({ BETTER_AUTH_URL: url }: Environment): string | undefined {
  try {
    return url ? betterAuthIssuer(url) : undefined;
  } catch {
    // Not a URL. checkSettings reports it.
    return undefined;
  }
}

/** Better Auth's address with its path, which its endpoints are under; undefined if it is missing or invalid. */
export function issuerUrl(environment: Environment): URL | undefined {
  return issuerFrom(environment) === undefined ? undefined : new URL(environment.BETTER_AUTH_URL as string);
}

/** The base URL of Better Auth's endpoints: /api/auth, unless the given URL has a path. */
export function authBaseUrl({ origin, pathname }: URL): string {
  return `${origin}${trimTrailingSlashes(pathname) || "/api/auth"}`;
}
