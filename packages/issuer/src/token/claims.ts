import { randomUUID } from "node:crypto";
import { within } from "../deadline.ts";
import { IssuerError } from "../errors.ts";
import { reasonOf } from "../log.ts";
import type { AuthenticatedSession, CheckedOptions } from "../options/options.ts";
import { unavailable } from "../unavailable.ts";
import { copyOf, plainClaims } from "./plain-claims.ts";

/**
 * RFC 7519 section 4.1, RFC 8693 section 4.1, the session, and what is said of the user: set here, never by
 * `claims`.
 */
const reserved: ReadonlySet<string> = new Set([
  "iss",
  "sub",
  "aud",
  "exp",
  "nbf",
  "iat",
  "jti",
  "sid",
  "act",
  "email",
  "email_verified",
  "name",
  "is_anonymous",
]);

/** Milliseconds. */
const claimsDeadline = 5000;

/** Characters of a name that a token holds: nobody may be kept out of an API by the length of their name. */
const longestName = 256;

/**
 * The claims that come from the session, and the developer's own. Better Auth's `jwt()` adds `sub`, `exp`,
 * `iss` and `aud` to them.
 *
 * `claims` gets copies, and five seconds. A sign-out it cannot cause: whatever it throws is a 500, and no
 * answer in time a 503.
 *
 * @throws {IssuerError} when `claims` throws, or returns anything but an object, or one of the claims set
 *   here
 * @throws {APIError} 503 when `claims` gives no answer in time
 */
export async function sessionClaims(
  session: AuthenticatedSession,
  { claims, lifetime }: Pick<CheckedOptions, "claims" | "lifetime">,
): Promise<Record<string, unknown>> {
  const own = ownClaims(session, lifetime);
  const additional = plainClaims(await ask(claims, session), "claims must return an object of claims");
  const taken = Object.keys(additional).find((name) => reserved.has(name));
  if (taken !== undefined) {
    throw new IssuerError(`usherJwt: claims must not return "${taken}": the plugin sets it.`);
  }
  return { ...own, ...additional };
}

function ownClaims({ user, session }: AuthenticatedSession, lifetime: number): Record<string, unknown> {
  const { impersonatedBy } = session;
  const now = Date.now() / 1000;
  return {
    sid: session.id,
    // To the millisecond, where Better Auth has whole seconds: it is told from a sign-out of the same second.
    iat: now,
    // In whole seconds: backends in other languages often read it into an integer, and nothing needs more.
    exp: Math.floor(now + lifetime),
    jti: randomUUID(),
    email: user.email,
    email_verified: user.emailVerified === true,
    name: shortened(user.name),
    // RFC 8693 section 4.1: who acts. The subject stays the user in whose name they do.
    ...(isId(impersonatedBy) && { act: { sub: String(impersonatedBy) } }),
    // Of Better Auth's anonymous plugin. Where it is in use, every token says whether.
    ...("isAnonymous" in user && { is_anonymous: user.isAnonymous === true }),
  };
}

function isId(value: unknown): boolean {
  return value !== undefined && value !== null && value !== "";
}

/** By whole characters: half of a surrogate pair is none. */
function shortened(name: unknown): unknown {
  if (typeof name !== "string" || name.length <= longestName) return name;
  return Array.from(name.slice(0, 2 * longestName))
    .slice(0, longestName)
    .join("");
}

async function ask(claims: CheckedOptions["claims"], session: AuthenticatedSession): Promise<unknown> {
  let late: Error | undefined;
  const tooLate = (): Error => {
    late = unavailable("CLAIMS_UNAVAILABLE", "The claims of the token were not there in time");
    return late;
  };
  try {
    return await within(claimsDeadline, () => claims(copyOf(session)), tooLate);
  } catch (error) {
    if (error === late) throw error;
    // An APIError of its own too: a 401 out of `claims` would pass for "nobody is signed in".
    throw new IssuerError(`usherJwt: claims failed (${reasonOf(error)}).`, { cause: error });
  }
}
