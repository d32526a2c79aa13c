import { expect, test } from "vitest";
import { readPrincipal } from "../../../src/rows/binding/principal.ts";

test.each([
  ["nothing, as on a public route", undefined],
  ["null", null],
  ["an id by itself", "alice"],
  ["claims", { sub: "alice" }],
  ["an id that is a number", { id: 1 }],
])("%s is not a principal, and the error says what is", (_name, given) => {
  expect(() => readPrincipal(given as never)).toThrow(new TypeError(notPrincipal));
});

const notPrincipal =
  "rows.for() needs a principal, whose id is a string: the one of a guarded request, or { id }";

test.each([
  ["its claims have none", { role: "admin" }],
  ["it is not a string", { org: 1 }],
  ["a schema has made a text of the claims", "claims"],
  ["there are no claims", undefined],
])("a principal has no organization if %s", (_name, claims) => {
  expect(readPrincipal({ id: "alice", claims })).toEqual({ userId: "alice", orgId: "" });
});

test.each([
  ["an OAuth client", "client"],
  ["a kind that this version does not know", "device"],
])("%s is no user, and has the organization of its token", (_name, kind) => {
  const principal = { id: "alice", kind: kind as "client", claims: { org: "acme" } };
  expect(readPrincipal(principal)).toEqual({ userId: "", orgId: "acme" });
});

test("an impersonated user is the user", () => {
  const principal = {
    id: "alice",
    kind: "user",
    actorId: "admin",
    claims: { act: { sub: "admin" } },
  } as const;
  expect(readPrincipal(principal)).toEqual({ userId: "alice", orgId: "" });
});
