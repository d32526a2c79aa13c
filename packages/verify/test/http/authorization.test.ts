import { describe, expect, it } from "vitest";
import { authorizationFields, authorizationOf } from "../../src/http/authorization.ts";

describe("authorizationFields", () => {
  it("finds every field in any case", () => {
    expect(authorizationFields(["Host", "a", "X-Authorization", "b"])).toBeUndefined();
    expect(authorizationFields(["Host", "authorization", "AUTHORIZATION", "Bearer a"])).toBe("Bearer a");
    expect(
      authorizationFields(["x-equally-long", "authorization", "authorizatiox", "Bearer a"]),
    ).toBeUndefined();
    expect(authorizationFields(["authorization", "a", "Authorization", "b", "AUTHORIZATION", "c"])).toEqual([
      "a",
      "b",
      "c",
    ]);
  });
});

describe("authorizationOf", () => {
  const authorization = "Bearer a";

  it("reads only what Node has parsed", () => {
    expect(
      authorizationOf({ rawHeaders: ["Authorization", "Bearer a"], headers: { authorization: "Bearer b" } }),
    ).toBe("Bearer a");
    expect(
      authorizationOf({ rawHeaders: ["Host", "localhost"], headers: { authorization } }),
    ).toBeUndefined();
  });

  it.each<[string, object, unknown]>([
    ["no rawHeaders", { headers: { authorization } }, authorization],
    ["empty rawHeaders", { rawHeaders: [], headers: { authorization } }, authorization],
    ["rawHeaders that are not a list", { rawHeaders: {}, headers: { authorization } }, authorization],
    ["a name in another case", { headers: { AuthoriZation: authorization } }, authorization],
    ["a Headers object", { headers: new Headers({ authorization }) }, authorization],
    ["a list of one", { headers: { authorization: [authorization] } }, authorization],
    [
      "a list of two",
      { headers: { authorization: [authorization, "Bearer b"] } },
      [authorization, "Bearer b"],
    ],
    ["two names", { headers: { authorization, Authorization: "Bearer b" } }, [authorization, "Bearer b"]],
    ["two in one", { headers: { authorization: "Bearer a, Bearer b" } }, [authorization, "Bearer b"]],
    [
      "two in one of a list",
      { headers: { authorization: ["Bearer a, Bearer b"] } },
      [authorization, "Bearer b"],
    ],
    ["no headers", {}, undefined],
    ["null as headers", { headers: null }, undefined],
    ["no field", { headers: { host: "localhost" } }, undefined],
    ["an empty list", { headers: { authorization: [] } }, undefined],
    ["no text", { headers: { authorization: 1 } }, undefined],
    ["an empty string", { headers: { authorization: "" } }, ""],
  ])("falls back to headers without Node's rawHeaders: %s", (_name, request, expected) => {
    expect(authorizationOf(request)).toEqual(expected);
  });
});
