import { isClientsOwn } from "../../input/token-kind.ts";
import type { UnverifiedJwt } from "../../input/unverified-jwt.ts";
import { type Diagnosis, errorFinding } from "../check.ts";

/** The segment before an organization's id, by convention. */
const collection = /^(?:org|organi[sz]ation|team|tenant|workspace)s?$/i;

/** The id of the organization that the path names, after a segment such as `orgs`. */
export function organizationIn(segments: readonly string[]): string | undefined {
  const at = segments.findIndex((segment) => collection.test(segment));
  return at === -1 ? undefined : segments[at + 1];
}

/** The path names an organization that the token is not for. */
export function organizationFinding(segments: readonly string[], jwt: UnverifiedJwt): Diagnosis | undefined {
  const { org } = jwt.claims;
  const named = organizationIn(segments);
  if (named === undefined || named === org || listed(jwt.claims.orgs).includes(named)) return undefined;
  return errorFinding(
    "path_mismatch",
    "The path belongs to another organization than the token.",
    [
      `the path names the organization ${JSON.stringify(named)}`,
      typeof org === "string"
        ? `org is ${JSON.stringify(org)}`
        : "the token has no org: no organization was active, or the issuer does not state it",
    ],
    isClientsOwn(jwt)
      ? [
          "customAccessTokenClaims: ({ metadata }) => ({ org: metadata?.org }) // at the issuer, in oauthProvider()",
        ]
      : [
          "await authClient.organization.setActive({ organizationId }); // then authClient.token()",
          ...(typeof org === "string" ? [] : ["usherJwt({ audience, organization: true }) // at the issuer"]),
        ],
  );
}

/** The ids in the claim `orgs`. */
function listed(orgs: unknown): unknown[] {
  return Array.isArray(orgs) ? orgs.map((one: { id?: unknown } | null) => one?.id) : [];
}
