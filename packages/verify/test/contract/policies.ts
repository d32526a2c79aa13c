import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

/** RFC 6750 section 3.1, insufficient_scope: a valid token that does not grant the scope. */
const needsWrite = { parameters: ', scope="tasks:write"', members: { scope: "tasks:write" } };
const needsBoth = {
  parameters: ', scope="tasks:read tasks:write"',
  members: { scope: "tasks:read tasks:write" },
};

export function policiesContract({ behaviour, send, bearer, seen }: ContractBench): void {
  const ask = (target: string, claims: Record<string, unknown>) =>
    send({ target, headers: [bearer("alice", claims)] });

  behaviour("a route that requires a scope accepts a token that grants it", async () => {
    for (const scope of ["tasks:write", "tasks:read tasks:write", ["tasks:write"]]) {
      expect((await ask("/scoped", { scope })).status).toBe(200);
    }
  });

  behaviour("a route that requires a scope rejects any other token", async () => {
    for (const scope of [
      undefined,
      "",
      "tasks:read",
      "tasks:writer",
      "TASKS:WRITE",
      "tasks:write,x",
      1,
      {},
      [["tasks:write"]],
    ]) {
      expectRefusal(await ask("/scoped", { scope }), "scope_insufficient", needsWrite);
    }
    const others = { scp: "tasks:write", scopes: "tasks:write" };
    expectRefusal(await ask("/scoped", others), "scope_insufficient", needsWrite);
    expect(seen).toEqual([]);
  });

  behaviour("requireClaim accepts when its predicate returns true", async () => {
    expect((await ask("/role", { role: "admin" })).status).toBe(200);
    expectRefusal(await ask("/role", { role: "user" }), "scope_insufficient");
    expectRefusal(await ask("/role", {}), "scope_insufficient");
  });

  behaviour("a predicate that throws rejects with 403", async () => {
    expectRefusal(await ask("/broken", {}), "scope_insufficient");
    expect(seen).toEqual([]);
  });

  behaviour("policies are checked after the token and the owner", async () => {
    expectRefusal(await send({ target: "/scoped" }), "credentials_missing");
    const scope = "tasks:read tasks:write";
    expectRefusal(await ask("/api/bob/scoped", { scope }), "owner_mismatch");
    expectRefusal(await ask("/api/bob/scoped", {}), "owner_mismatch");
    expectRefusal(await ask("/api/alice/scoped", { scope: "tasks:write" }), "scope_insufficient", needsBoth);
    expect(seen).toEqual([]);
    expect((await ask("/api/alice/scoped", { scope })).status).toBe(200);
  });
}
