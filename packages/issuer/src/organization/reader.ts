import type { AuthContext } from "better-auth";
import { IssuerError } from "../errors.ts";
import type { AuthenticatedSession } from "../options/options.ts";
import { type OrganizationState, organizationState } from "./organization-claims.ts";

/** Reads the organizations of a session, from the Better Auth instance that it is attached to. */
export interface OrganizationReader {
  /** @throws {IssuerError} when Better Auth has no organization plugin */
  attach(context: AuthContext): void;
  /** See {@link organizationState}. */
  read(session: AuthenticatedSession): Promise<OrganizationState>;
}

/** @param memberships - the maximum length of `orgs`; 0 omits the claim */
export function organizationReader(memberships: number): OrganizationReader {
  let attached: AuthContext | undefined;
  return {
    attach(context) {
      if (!context.hasPlugin("organization")) {
        throw new IssuerError(
          "usherJwt: organization needs Better Auth's organization() plugin. Add it, or remove the option.",
        );
      }
      attached = context;
    },
    async read(session) {
      if (attached === undefined)
        throw new IssuerError("usherJwt: Better Auth has not initialised the plugin.");
      return await organizationState(session, attached, memberships);
    },
  };
}
