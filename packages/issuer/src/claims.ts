import { randomUUID } from "node:crypto";
import { IssuerError } from "./errors.ts";
import type { AuthenticatedSession, CheckedOptions } from "./options.ts";

/** RFC 7519 section 4.1, the session, and what is said of the user: set here, never by `claims`. */
const reserved: ReadonlySet<string> = new Set([
  "iss",
  "sub",
  "aud",
  "exp",
  "nbf",
  "iat",
  "jti",
  "sid",
  "email",
  "name",
]);

/**
 * The claims that come from the session: `sid`, `jti`, `email`, `name`, and the developer's own. Better Auth's `jwt()`
 * adds `sub`, `iat`, `exp`, `iss` and `aud` to them.
 *
 * @throws {IssuerError} when `claims` returns anything but an object, or one of the claims set here
 */
export async function sessionClaims(
  session: AuthenticatedSession,
  claims: CheckedOptions["claims"],
): Promise<Record<string, unknown>> {
  const additional: unknown = await claims(session);
  if (typeof additional !== "object" || additional === null || Array.isArray(additional)) {
    throw new IssuerError("usherJwt: claims must return an object of claims.");
  }
  const taken = Object.keys(additional).find((name) => reserved.has(name));
  if (taken !== undefined) {
    throw new IssuerError(`usherJwt: claims must not return "${taken}": the plugin sets it.`);
  }
  return {
    sid: session.session.id,
    jti: randomUUID(),
    email: session.user.email,
    name: session.user.name,
    ...additional,
  };
}
