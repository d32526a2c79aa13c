import type { Principal } from "@usher-auth/verify";
import { expect, test } from "vitest";
import { identityFields } from "../../../src/gate/answer/identity-fields.ts";

const principal = (id: string, values: Partial<Principal> = {}): Principal =>
  Object.freeze({ id, kind: "user", expiresAt: 2_000_000_000, claims: { sub: id } as never, ...values });

const none = {
  "x-usher-user": "",
  "x-usher-session": "",
  "x-usher-organization": "",
  "x-usher-client": "",
  "x-usher-claims": "",
};

test("two users never have each other's fields", () => {
  const users = [principal("u1", { sessionId: "s1" }), principal("u2")] as const;
  const expected = [
    { ...none, "x-usher-user": "u1", "x-usher-session": "s1", "x-usher-claims": '{"sub":"u1"}' },
    { ...none, "x-usher-user": "u2", "x-usher-claims": '{"sub":"u2"}' },
  ];
  for (let round = 0; round < 2; round++)
    expect(users.map(identityFields)).toEqual(expected.map((fields) => ({ fields })));
});

test("two tokens of one user have their own fields", () => {
  const sessions = ["s1", "s2"].map((sessionId) => principal("u1", { sessionId }));
  expect(sessions.map(identityFields)).toMatchObject([
    { fields: { "x-usher-session": "s1" } },
    { fields: { "x-usher-session": "s2" } },
  ]);
});

test("without a principal every field is empty, also after another request had one", () => {
  identityFields(principal("u1"));
  expect(identityFields(null)).toEqual({ fields: none });
});

test("nothing can change the fields of the next request", () => {
  const user = principal("u1");
  const first = identityFields(user);
  expect("fields" in first && Object.isFrozen(first.fields)).toBe(true);
  expect(identityFields(user)).toBe(first);
});

test("a fault stays one", () => {
  const user = principal("\ud800");
  for (let round = 0; round < 2; round++) expect(identityFields(user)).toHaveProperty("fault");
});
