import type { OwnerExceptionEvent } from "@usher-auth/verify/guard";
import { beforeEach, expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";
import type { TargetCallers } from "./target.ts";

const metadataPath = "/.well-known/oauth-protected-resource/mcp";
const resourceParameter = `, resource_metadata="https://api.example.com${metadataPath}"`;

/** The name of a behaviour that a host without empty headers cannot have. */
export const emptyAuthorization = "an empty Authorization header is not taken for a request without one";

/** Users, members of organizations, support staff, administrators and OAuth clients: who may call what. */
export function callersContract(bench: ContractBench, callers: TargetCallers): void {
  const { behaviour, bearer, issuer, clock } = bench;
  const exceptions: OwnerExceptionEvent[] = [];
  const app = bench.serveCallers(callers, (event) => exceptions.push(event));
  beforeEach(() => {
    exceptions.length = 0;
  });

  const refused = (
    response: Parameters<typeof expectRefusal>[0],
    code: Parameters<typeof expectRefusal>[1],
  ) => expectRefusal(response, code, { parameters: resourceParameter });
  const ask = (target: string, user: string, claims: Record<string, unknown> = {}) =>
    app.send({ target, headers: [bearer(user, claims)] });
  /** An access token of Better Auth's OAuth provider (RFC 9068). */
  const askAsClient = (target: string, claims: Record<string, unknown>) =>
    app.send({
      target,
      headers: [
        `Authorization: Bearer ${issuer.tokenFor(String(claims.sub), {
          header: { typ: "at+jwt" },
          claims: { iss: `${issuer.issuer}/api/auth`, jti: "j1", ...claims },
        })}`,
      ],
    });
  const machine = { sub: "client-1", client_id: "client-1", scope: "tasks:sync" };

  behaviour("an owner parameter is compared with its claim, exactly", async () => {
    expect((await ask("/orgs/acme", "alice", { org: "acme" })).status).toBe(200);
    const others: Record<string, unknown>[] = [
      {},
      { org: "Acme" },
      { org: "other" },
      { org: ["other"] },
      { org: 7 },
      { org: null },
      { org: { acme: true } },
      { org: ["acme", 7] },
      { orgId: "acme" },
    ];
    for (const claims of others) refused(await ask("/orgs/acme", "alice", claims), "owner_mismatch");
    // The user's id is no organization's.
    refused(await ask("/orgs/alice", "alice", { org: "acme" }), "owner_mismatch");
    expect(app.seen).toHaveLength(1);
  });

  behaviour("a claim may be a list, and a function may return one", async () => {
    expect((await ask("/orgs/acme", "alice", { org: ["globex", "acme"] })).status).toBe(200);
    expect((await ask("/memberships/acme", "alice", { orgs: ["globex", "acme"] })).status).toBe(200);
    refused(await ask("/memberships/acme", "alice", { orgs: ["globex"] }), "owner_mismatch");
    refused(await ask("/memberships/acme", "alice", {}), "owner_mismatch");
    refused(await ask("/memberships/acme", "alice", { orgs: [{ id: "acme" }] }), "owner_mismatch");
  });

  behaviour("every owner parameter of a path must match", async () => {
    const own = "/orgs/acme/users/alice";
    expect((await ask(own, "alice", { org: "acme" })).status).toBe(200);
    refused(await ask(own, "alice", { org: "globex" }), "owner_mismatch");
    refused(await ask(own, "bob", { org: "acme" }), "owner_mismatch");
  });

  behaviour("a stated exception admits those who satisfy its policies, and no one else", async () => {
    expect((await ask("/support/alice", "alice")).status).toBe(200);
    expect(exceptions).toEqual([]);
    expect((await ask("/support/alice", "bob", { role: "support" })).status).toBe(200);
    refused(await ask("/support/alice", "bob", { role: "user" }), "owner_mismatch");
    refused(await ask("/support/alice", "bob"), "owner_mismatch");
    // The exception belongs to its route.
    refused(await ask("/users/alice", "bob", { role: "support" }), "owner_mismatch");
    expect(app.seen).toHaveLength(2);
  });

  behaviour("each use of an exception is reported once", async () => {
    await ask("/support/alice", "bob", { role: "support" });
    expect(exceptions.map(({ principal, exceptions: used }) => [principal.id, used])).toEqual([
      ["bob", [{ param: "userId", value: "alice", policies: ["role support"] }]],
    ]);
  });

  behaviour("an exception is for the parameters that it names only", async () => {
    const admin = { org: "acme", org_role: "admin" };
    expect((await ask("/orgs/acme/users/alice", "bob", admin)).status).toBe(200);
    refused(await ask("/orgs/globex/users/alice", "bob", admin), "owner_mismatch");
    refused(await ask("/orgs/acme/users/alice", "bob", { ...admin, org_role: "member" }), "owner_mismatch");
  });

  behaviour("a route with an optional token accepts a request without one, and no bad one", async () => {
    const anonymous = await app.send({ target: "/greeting" });
    expect([anonymous.status, JSON.parse(anonymous.body)]).toEqual([200, { principal: null }]);
    const signedIn = await ask("/greeting", "alice");
    expect([signedIn.status, JSON.parse(signedIn.body)]).toEqual([200, { principal: "alice" }]);
    const seen = app.seen.length;
    refused(await app.send({ target: "/greeting", headers: ["Authorization: Bearer x"] }), "token_malformed");
    const expired = issuer.tokenFor("alice", { expired: true });
    refused(
      await app.send({ target: "/greeting", headers: [`Authorization: Bearer ${expired}`] }),
      "token_expired",
    );
    for (const header of ["Authorization: Basic eDp5", "Authorization: Bearer"])
      expect((await app.send({ target: "/greeting", headers: [header] })).status, header).toBe(401);
    expect((await app.send({ target: "/greeting?access_token=x" })).status).toBe(401);
    const two = [bearer("alice"), bearer("bob")];
    refused(await app.send({ target: "/greeting", headers: two }), "credentials_ambiguous");
    expect(app.seen).toHaveLength(seen);
  });

  behaviour(emptyAuthorization, async () => {
    expect((await app.send({ target: "/greeting", headers: ["Authorization: "] })).status).toBe(401);
    expect(app.seen).toEqual([]);
  });

  behaviour("an OAuth client is never taken for a user", async () => {
    refused(await askAsClient("/users/client-1", machine), "owner_mismatch");
    refused(await askAsClient("/support/client-1", { ...machine, role: "support" }), "owner_mismatch");
    refused(await askAsClient("/orgs/acme", { ...machine, org: "acme" }), "owner_mismatch");
    expect(app.seen).toEqual([]);
    const me = await askAsClient("/me", machine);
    expect(me.status).toBe(200);
    expect(app.seen[0]?.principal).toMatchObject({ id: "client-1", kind: "client", clientId: "client-1" });
  });

  behaviour("a route may admit OAuth clients with the scope that it names", async () => {
    expect((await askAsClient("/clients/alice", machine)).status).toBe(200);
    expect(exceptions).toHaveLength(1);
    expectRefusal(await askAsClient("/clients/alice", { ...machine, scope: "other" }), "scope_insufficient", {
      parameters: `, scope="tasks:sync"${resourceParameter}`,
      members: { scope: "tasks:sync" },
    });
    // The exception is for clients, not for users.
    refused(await ask("/clients/alice", "bob", { scope: "tasks:sync" }), "owner_mismatch");
    expect((await ask("/clients/alice", "alice")).status).toBe(200);
  });

  behaviour("an access token of a user is restricted to its user's paths and to its scopes", async () => {
    const delegated = { sub: "alice", client_id: "client-1", scope: "tasks:read" };
    expect((await askAsClient("/users/alice", delegated)).status).toBe(200);
    refused(await askAsClient("/users/bob", delegated), "owner_mismatch");
    expect((await askAsClient("/client-scopes", delegated)).status).toBe(200);
    expectRefusal(await askAsClient("/client-scopes", { ...delegated, scope: "" }), "scope_insufficient", {
      parameters: `, scope="tasks:read"${resourceParameter}`,
      members: { scope: "tasks:read" },
    });
    // A user's own session has no scopes, and all rights of its user.
    expect((await ask("/client-scopes", "alice")).status).toBe(200);
  });

  behaviour("a route may require a recent sign-in (RFC 9470)", async () => {
    const now = clock() / 1000;
    expect((await ask("/recent", "alice", { auth_time: now - 300 })).status).toBe(200);
    for (const claims of [{ auth_time: now - 301 }, {}, { auth_time: String(now) }, { auth_time: null }]) {
      expectRefusal(await ask("/recent", "alice", claims), "reauthentication_required", {
        parameters: `, max_age="300"${resourceParameter}`,
        members: { max_age: 300 },
      });
    }
  });

  behaviour("a route may forbid impersonation", async () => {
    expect((await ask("/personal", "alice")).status).toBe(200);
    for (const act of [{ sub: "admin" }, {}, "admin", null])
      refused(await ask("/personal", "alice", { act }), "impersonation_forbidden");
  });

  behaviour("the metadata of the protected resource is public, and each challenge names it", async () => {
    const answer = await app.send({ target: metadataPath });
    expect(answer).toMatchObject({
      status: 200,
      headers: { "content-type": "application/json", "access-control-allow-origin": "*" },
    });
    expect(JSON.parse(answer.body)).toEqual({
      resource: "https://api.example.com/mcp",
      authorization_servers: ["https://app.example.com/api/auth"],
      bearer_methods_supported: ["header"],
      scopes_supported: ["tasks:read", "tasks:sync"],
    });
    expect((await app.send({ method: "HEAD", target: metadataPath })).status).toBe(200);
    expect((await app.send({ method: "POST", target: metadataPath })).status).toBe(401);
    refused(await app.send({ target: "/users/alice" }), "credentials_missing");
  });
}
