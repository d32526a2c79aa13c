import { describe, expect, it } from "vitest";
import { createPrincipal } from "../../src/claims/principal.ts";

describe("createPrincipal", () => {
  const required = { iss: "i", sub: "alice", exp: 2 };
  it.each([
    [{}, ["id", "kind", "expiresAt", "claims"]],
    [{ sid: "s" }, ["id", "kind", "sessionId", "expiresAt", "claims"]],
    [{ iat: 1 }, ["id", "kind", "issuedAt", "expiresAt", "claims"]],
    [{ sid: "s", iat: 1 }, ["id", "kind", "sessionId", "issuedAt", "expiresAt", "claims"]],
  ])("has exactly the claims of %j", (claims, names) => {
    const all = { ...required, ...claims };
    const principal = createPrincipal(all, all);
    expect(Object.keys(principal)).toEqual(names);
    expect(principal).toEqual({
      id: "alice",
      kind: "user",
      ...("sid" in claims && { sessionId: "s" }),
      ...("iat" in claims && { issuedAt: 1 }),
      expiresAt: 2,
      claims: all,
    });
    expect(Object.isFrozen(principal)).toBe(true);
  });

  it("is a client if the client is the subject too, and a user otherwise", () => {
    expect(createPrincipal(required, {}, "client-1")).toMatchObject({ kind: "user", clientId: "client-1" });
    expect(createPrincipal(required, {}, "alice")).toMatchObject({ kind: "client", clientId: "alice" });
  });

  it.each([
    [{ sub: "admin" }, "admin"],
    [{ sub: 1 }, ""],
    [{}, ""],
    ["admin", ""],
    [null, ""],
  ])("has the actor of act %j", (act, actorId) => {
    expect(createPrincipal({ ...required, act }, {})).toMatchObject({ id: "alice", actorId });
  });
});
