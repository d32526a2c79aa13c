import type { AuthContext } from "better-auth";
import { withDeadline } from "../deadline.ts";
import type { AuthenticatedSession } from "../options/options.ts";
import { unavailable } from "../unavailable.ts";

/** A row of Better Auth's `member` table: a user's place in an organization. */
interface Member {
  readonly organizationId: string;
  /** One role, or several separated by commas. */
  readonly role: string;
}

/** The session as it is now, and what a token says of the user's organizations. */
export interface OrganizationState {
  readonly session: AuthenticatedSession;
  readonly claims: Record<string, unknown>;
}

/** Characters of `orgs`, as JSON: half of what a token may have when it is encoded. */
const maxListLength = 3000;

/** Milliseconds for all look-ups of one token. */
const lookUpDeadline = 5000;

/**
 * Reads the session again, then the user's membership in its active organization.
 *
 * - `org` (a string) and `org_role` (a string for one role, a list for several): the active organization,
 *   only if the user is a member now. A session can still name an organization that the user has left.
 * - `orgs` (`[{ id, role }]`), only with `memberships` above 0: that many of the user's organizations, the
 *   active one first, then by when the user joined, and as many as fit into 3000 characters.
 *
 * The session that the caller has may be from before a change that has been committed since. The caller must
 * have taken the token's `iat` before it calls this, so that such a change revokes the token. A session that
 * is in no table, as one from an API key, is taken as it is.
 *
 * @param memberships - the maximum length of `orgs`; 0 omits it
 * @throws {APIError} 503 when a look-up fails or takes longer than five seconds
 */
export async function organizationState(
  session: AuthenticatedSession,
  context: Pick<AuthContext, "adapter" | "internalAdapter">,
  memberships: number,
): Promise<OrganizationState> {
  try {
    return await withDeadline(
      lookUpDeadline,
      () => lookUp(session, context, memberships),
      () => new Error("no answer in time"),
    );
  } catch {
    // Without `org`, the API would answer 403 and the user would believe it.
    throw unavailable("MEMBERSHIP_UNAVAILABLE", "The organization of the session cannot be looked up now");
  }
}

async function lookUp(
  given: AuthenticatedSession,
  { adapter, internalAdapter }: Pick<AuthContext, "adapter" | "internalAdapter">,
  memberships: number,
): Promise<OrganizationState> {
  const session = (await internalAdapter.findSession(given.session.token)) ?? given;
  const userId = session.user.id;
  const { activeOrganizationId: active } = session.session;
  const ofUser = { field: "userId", value: userId };
  const member =
    typeof active === "string" && active !== ""
      ? await adapter.findOne<Member>({
          model: "member",
          where: [ofUser, { field: "organizationId", value: active }],
        })
      : null;
  const claims = member === null ? {} : { org: member.organizationId, ...roleClaim("org_role", member) };
  if (memberships === 0) return { session, claims };

  const all = await adapter.findMany<Member>({
    model: "member",
    where: [ofUser],
    sortBy: { field: "createdAt", direction: "asc" },
    limit: memberships,
  });
  const others = all.filter(({ organizationId }) => organizationId !== member?.organizationId);
  const listed = (member === null ? others : [member, ...others]).slice(0, memberships);
  const orgs = listed.map((one) => ({ id: one.organizationId, ...roleClaim("role", one) }));
  return { session, claims: { ...claims, orgs: orgs.slice(0, fitting(orgs)) } };
}

/** How many of these fit into a token. Long ids and many roles must not make it too long to be accepted. */
function fitting(orgs: readonly object[]): number {
  let length = 0;
  const last = orgs.findIndex((one) => {
    length += JSON.stringify(one).length + 1;
    return length > maxListLength;
  });
  return last === -1 ? orgs.length : last;
}

/** Better Auth stores several roles as one text, separated by commas. */
function roleClaim(name: string, { role }: Member): Record<string, string | string[]> {
  const roles = String(role)
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const [first, ...more] = roles;
  return first === undefined ? {} : { [name]: more.length === 0 ? first : roles };
}
