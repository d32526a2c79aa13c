/** Better Auth's `getTestInstance()`, for tests that use no `jwt()`: with one. */
import type { BetterAuthOptions } from "better-auth";
import { jwt } from "better-auth/plugins/jwt";
import { getTestInstance as original } from "better-auth/test";

type Original = typeof original<BetterAuthOptions, object>;

export function getTestInstance(...[options, config]: Parameters<Original>): ReturnType<Original> {
  return original({ ...options, plugins: [...(options?.plugins ?? []), jwt()] }, config);
}
