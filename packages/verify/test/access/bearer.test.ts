import { describe, expect, it } from "vitest";
import { readBearer } from "../../src/access/bearer.ts";
import type { AuthorizationFields } from "../../src/http/authorization.ts";
import { refusal } from "../support.ts";

describe("readBearer", () => {
  it.each([
    ["Bearer abc", "abc"],
    ["bearer abc", "abc"],
    ["BEARER abc", "abc"],
    ["Bearer    abc", "abc"],
    ["Bearer abc def", "abc def"],
    ["Bearer", ""],
    ["Bearer ", ""],
  ])("reads %j as %j", (field, token) => {
    expect(readBearer(field, false)).toBe(token);
    expect(readBearer([field], false)).toBe(token);
  });

  it.each([
    undefined,
    [],
    "",
    "Basic YWxpY2U6c2VjcmV0",
    "Bearerabc",
    "Token abc",
    "abc.def.ghi",
    "Bearer\tabc",
    " Bearer abc",
    "Basic YWxpY2U6Bearer ",
  ])("finds no credentials in %j", (field) => {
    expect(refusal(() => readBearer(field, false)).code).toBe("credentials_missing");
  });

  it("rejects two headers, equal or not", () => {
    expect(refusal(() => readBearer(["Bearer a", "Bearer a"], false)).code).toBe("credentials_ambiguous");
    expect(refusal(() => readBearer(["Bearer a", "Basic b"], false)).code).toBe("credentials_ambiguous");
  });

  it("rejects a header together with an access_token in the query, and never accepts the latter", () => {
    expect(refusal(() => readBearer("Bearer a", true)).code).toBe("credentials_ambiguous");
    const alone = refusal(() => readBearer(undefined, true));
    expect(alone.code).toBe("credentials_missing");
    expect(alone.hint).toContain("query");
  });

  it.each<[AuthorizationFields, boolean, string]>([
    [undefined, false, "no Authorization header; send `Authorization: Bearer <token>`"],
    [undefined, true, "no Authorization header; an access_token in the query is never accepted"],
    ["Basic a", false, "the Authorization header has no `Bearer` before the token"],
    ["Bearer a", true, "Authorization header and access_token query"],
    [["Bearer a", "Bearer b", "Bearer c"], false, "3 Authorization headers"],
  ])("has a hint for %j (a token in the query: %j)", (field, tokenInQuery, hint) => {
    expect(refusal(() => readBearer(field, tokenInQuery)).hint).toBe(hint);
  });
});
