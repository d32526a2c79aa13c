import type { Principal } from "@usher-auth/verify";
import { type IdentityFault, identityNames, identityOf } from "../request/identity.ts";

/**
 * Every identity field, empty where the principal has none: a proxy that copies fields of the answer then
 * replaces what the client sent under the same name.
 */
export function identityFields(
  principal: Principal | null,
): { readonly fields: Readonly<Record<string, string>> } | IdentityFault {
  const identity = identityOf(principal);
  if ("fault" in identity) return identity;
  return { fields: Object.fromEntries(identityNames.map((name) => [name, identity.headers[name] ?? ""])) };
}
