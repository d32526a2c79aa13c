import { readUnverified } from "../../../src/input/unverified-jwt.ts";
import { startApi } from "./start-api.ts";
import { issuer } from "./test-users.ts";

const tokenOf = (id: string, claims: Record<string, unknown>) => issuer.tokenFor(id, { claims });

/** Ada and Carol are in Acme, Grace is in Globex. Root is support, in no organization. */
export const organizationTokens = {
  USHER_TOKEN_A: tokenOf("ada", { org: "acme", orgs: ["acme", "shared"] }),
  USHER_TOKEN_B: tokenOf("grace", { org: "globex", orgs: [{ id: "shared" }, { id: "globex" }] }),
};
export const tokenOfMember = { USHER_TOKEN_C: tokenOf("carol", { org: "acme", orgs: ["acme"] }) };
export const tokenOfSupport = { USHER_EXCEPTION_TOKEN: tokenOf("root", { role: "support" }) };
export const tokenOfClient = tokenOf("machine", { client_id: "machine", org: "acme" });

/** Who asks, by a valid token. */
export interface Caller {
  readonly sub: string;
  readonly org?: string;
  readonly orgs?: readonly (string | { id: string })[];
  readonly role?: string;
}

/** How the API compares: which caller may have a path with these ids. */
export type Rule = (caller: Caller, ids: { org: string; user: string }) => boolean;

const path = "/orgs/{orgId}/members/{userId}/notes";

/**
 * An API with the notes of each member of each organization.
 *
 * @param rule Who is accepted. Everyone else gets 403.
 * @param stated The operation's `x-usher`.
 */
export function startOrganizations(rule: Rule, stated?: object): Promise<string> {
  const operation = { ...(stated && { "x-usher": stated }) };
  return startApi({ [path]: { get: operation } }, ({ url, headers }, user) => {
    const caller = readUnverified((headers.authorization ?? "").slice("Bearer ".length))?.claims;
    if (user === undefined || caller === undefined) return [401, {}, { "www-authenticate": "Bearer" }];
    const [, org, id] = /^\/orgs\/([^/]*)\/members\/([^/]*)\/notes$/.exec(url ?? "") ?? [];
    if (org === undefined || id === undefined) return [404];
    const isAdmitted = rule(caller as unknown as Caller, { org, user: id });
    return isAdmitted ? [200, { notes: [`the only note of ${id} in ${org}, number 1`] }] : [403];
  });
}

/** Both ids are the caller's own. */
export const sound: Rule = ({ sub, org }, ids) => sub === ids.user && org === ids.org;
