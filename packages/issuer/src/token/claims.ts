import { randomUUID } from "node:crypto";
import { withDeadline } from "../deadline.ts";
import { IssuerError } from "../errors.ts";
import { reasonOf } from "../log.ts";
import type { CheckedOptions } from "../options/check-options.ts";
import type { AuthenticatedSession } from "../options/options.ts";
import type { OrganizationState } from "../organization/organization-claims.ts";
import { unavailable } from "../unavailable.ts";
import { deepCopy } from "./deep-copy.ts";
import { plainClaims } from "./plain-claims.ts";

/** Claims that the plugin sets itself (RFC 7519 section 4.1, RFC 8693 section 4.1, the session, the user). */
const reservedClaims: ReadonlySet<string> = new Set([
  "iss",
  "sub",
  "aud",
  "exp",
  "nbf",
  "iat",
  "jti",
  "sid",
  "act",
  "auth_time",
  "email",
  "email_verified",
  "name",
  "is_anonymous",
]);

/** Claims that the plugin sets itself with the option `organization`. */
const organizationNames: ReadonlySet<string> = new Set(["org", "org_role", "orgs"]);

/**
 * Claims of tokens that no API accepts as a bearer token: those bound to a key of their sender (RFC 7800), and
 * ID tokens (OpenID Connect Core 1.0 section 2).
 */
const refusedByApis: ReadonlySet<string> = new Set(["cnf", "at_hash"]);

/** Milliseconds. */
const claimsDeadline = 5000;

/** Characters. A long name must not make the token too long for an API to accept. */
const maxNameLength = 256;

/**
 * The claims from the session, and those that `claims` adds. Better Auth's `jwt()` adds `sub`, `exp`, `iss`
 * and `aud`.
 *
 * `organization` reads the session again, and the claims come from that one.
 *
 * `claims` gets copies, and five seconds. It cannot cause a sign-out: an error is a 500, a timeout a 503.
 *
 * @param signedInAt - whole seconds: when the user signed in, if that is known
 * @throws {IssuerError} when `claims` throws, or returns a reserved claim, one that APIs refuse, or something
 *   other than an object
 * @throws {APIError} 503 when `claims` does not return in time
 */
export async function sessionClaims(
  given: AuthenticatedSession,
  { claims, lifetime }: Pick<CheckedOptions, "claims" | "lifetime">,
  signedInAt?: number,
  organization?: (session: AuthenticatedSession) => Promise<OrganizationState>,
): Promise<Record<string, unknown>> {
  // Before session and membership are read: a change after the read revokes tokens from before it.
  const issuedAt = Date.now() / 1000;
  const state = organization && (await organization(given));
  const session = state?.session ?? given;
  const own = {
    ...ownClaims(session, lifetime, issuedAt),
    // OpenID Connect Core 1.0 section 2.
    ...(signedInAt !== undefined && { auth_time: signedInAt }),
    ...state?.claims,
  };
  const added = plainClaims(await callClaims(claims, session), "claims must return an object of claims");
  for (const name of Object.keys(added)) {
    if (reservedClaims.has(name) || (state !== undefined && organizationNames.has(name)))
      throw mustNotReturn(name, "the plugin sets it");
    if (refusedByApis.has(name)) throw mustNotReturn(name, "APIs refuse tokens that have it");
  }
  return { ...own, ...added };
}

function mustNotReturn(claim: string, reason: string): IssuerError {
  return new IssuerError(`usherJwt: claims must not return "${claim}": ${reason}.`);
}

function ownClaims(
  { user, session }: AuthenticatedSession,
  lifetime: number,
  now: number,
): Record<string, unknown> {
  const { impersonatedBy } = session;
  return {
    sid: session.id,
    // With milliseconds, unlike Better Auth's: a sign-out in the same second ends only older tokens.
    iat: now,
    // In whole seconds: backends in other languages often parse it as an integer.
    exp: Math.floor(now + lifetime),
    jti: randomUUID(),
    email: user.email,
    email_verified: user.emailVerified === true,
    name: truncateName(user.name),
    // RFC 8693 section 4.1: the acting party. The subject stays the impersonated user.
    ...(isId(impersonatedBy) && { act: { sub: String(impersonatedBy) } }),
    // Better Auth's anonymous plugin is in use: every token says whether the user is anonymous.
    ...("isAnonymous" in user && { is_anonymous: user.isAnonymous === true }),
  };
}

/** Whether a column of Better Auth holds an id. */
export function isId(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** Counts code points, so that no surrogate pair is split. */
function truncateName(name: unknown): unknown {
  if (typeof name !== "string" || name.length <= maxNameLength) return name;
  return Array.from(name.slice(0, 2 * maxNameLength))
    .slice(0, maxNameLength)
    .join("");
}

async function callClaims(claims: CheckedOptions["claims"], session: AuthenticatedSession): Promise<unknown> {
  let timeout: Error | undefined;
  const timeoutError = (): Error => {
    timeout = unavailable("CLAIMS_UNAVAILABLE", "The claims of the token are not available in time");
    return timeout;
  };
  try {
    return await withDeadline(claimsDeadline, () => claims(deepCopy(session)), timeoutError);
  } catch (error) {
    if (error === timeout) throw error;
    // Also for an APIError that `claims` throws: its 401 would mean "not signed in" to the client.
    throw new IssuerError(`usherJwt: claims failed (${reasonOf(error)}).`, { cause: error });
  }
}
