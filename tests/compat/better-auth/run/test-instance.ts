/** Better Auth's `getTestInstance()`, for tests that use no `jwt()`: with one. */
import type { BetterAuthOptions } from "better-auth";
import { jwt } from "better-auth/plugins/jwt";
import { getTestInstance as original } from "better-auth/test";

type Arguments = Parameters<typeof original<BetterAuthOptions, object>>;

export async function getTestInstance(...[options, config]: Arguments): Promise<unknown> {
  return await original({ ...options, plugins: [...(options?.plugins ?? []), jwt()] }, config);
}
