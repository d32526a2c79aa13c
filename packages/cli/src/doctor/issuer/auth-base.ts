import { withoutSlashes } from "../http/url-difference.ts";

/** Where Better Auth's endpoints are: at /api/auth, unless its base URL has a path of its own. */
export function authBase({ origin, pathname }: URL): string {
  return `${origin}${withoutSlashes(pathname) || "/api/auth"}`;
}
