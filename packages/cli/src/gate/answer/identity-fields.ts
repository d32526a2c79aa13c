import type { Principal } from "@usher-auth/verify";
import { type IdentityFault, identityNames, identityOf } from "../request/identity.ts";

/** Every identity field. */
export interface IdentityFields {
  readonly fields: Readonly<Record<string, string>>;
}

/** Requests with the same token share a principal, which is frozen. */
const known = new WeakMap<Principal, IdentityFields | IdentityFault>();
const anonymous = readFields(null);

/**
 * Every identity field, empty where the principal has none: a proxy that copies fields of the answer then
 * replaces what the client sent under the same name.
 */
export function identityFields(principal: Principal | null): IdentityFields | IdentityFault {
  if (principal === null) return anonymous;
  let result = known.get(principal);
  if (result === undefined) {
    result = readFields(principal);
    known.set(principal, result);
  }
  return result;
}

function readFields(principal: Principal | null): IdentityFields | IdentityFault {
  const identity = identityOf(principal);
  if ("fault" in identity) return identity;
  const fields = Object.fromEntries(identityNames.map((name) => [name, identity.headers[name] ?? ""]));
  return { fields: Object.freeze(fields) };
}
