import type { AuthContext } from "better-auth";
import { IssuerError } from "../errors.ts";
import type { AuthenticatedSession } from "../options/options.ts";
import { type OrganizationState, organizationState } from "./organization-claims.ts";

/** Where a session and its memberships are stored. */
type Stored = Pick<AuthContext, "adapter" | "internalAdapter">;

/** Reads the organizations of a session. */
export interface OrganizationReader {
  /** @throws {IssuerError} when Better Auth has no organization plugin */
  attach(context: AuthContext): void;
  /**
   * See {@link organizationState}.
   *
   * @param context - of the request, since several instances may share the plugin object; by default the
   *   instance that was attached last
   */
  read(session: AuthenticatedSession, context?: Stored): Promise<OrganizationState>;
}

/** @param memberships - the maximum length of `orgs`; 0 omits the claim */
export function organizationReader(memberships: number): OrganizationReader {
  let attached: Stored | undefined;
  return {
    attach(context) {
      if (!context.hasPlugin("organization")) {
        throw new IssuerError(
          "usherJwt: organization needs Better Auth's organization() plugin. Add it, or remove the option.",
        );
      }
      attached = context;
    },
    async read(session, context = attached) {
      if (context === undefined)
        throw new IssuerError("usherJwt: Better Auth has not initialised the plugin.");
      return await organizationState(session, context, memberships);
    },
  };
}
