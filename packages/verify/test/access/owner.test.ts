import { describe, expect, it } from "vitest";
import { asWritten, checkOwner, type Owners, type RouteParams } from "../../src/access/owner.ts";
import type { Principal, TokenClaims } from "../../src/index.ts";
import { refusal } from "../support.ts";

function principalOf(id: string, claims: Record<string, unknown> = {}): Principal {
  return { id, kind: "user", expiresAt: 1, claims: { sub: id, ...claims } as TokenClaims };
}

/** Checks parameters that must be the user's id. */
function check(id: string, params: RouteParams, names: readonly string[]): void {
  const owners: Owners = new Map(names.map((name) => [name, "sub"]));
  checkOwner(principalOf(id), params, names, owners, undefined, 0);
}

describe("checkOwner", () => {
  it("accepts the exact id in every parameter", () => {
    expect(() => check("alice", { userId: "alice", taskId: "7" }, ["userId"])).not.toThrow();
    expect(() => check("alice", { userId: "alice", ownerId: "alice" }, ["userId", "ownerId"])).not.toThrow();
    expect(() => check("alice", {}, [])).not.toThrow();
  });

  it.each([
    ["Alice"],
    ["alice "],
    ["ａｌｉｃｅ"],
    ["alice\u0000"],
    ["%61lice"],
    [""],
    [undefined],
    [null],
    [["alice"]],
    [{ toString: (): string => "alice" }],
  ])("refuses %j", (userId) => {
    expect(refusal(() => check("alice", { userId }, ["userId"])).code).toBe("owner_mismatch");
  });

  it("rejects if one of several differs, or if id and parameter are both empty", () => {
    expect(refusal(() => check("a", { x: "a", y: "b" }, ["x", "y"])).code).toBe("owner_mismatch");
    expect(refusal(() => check("", { x: "" }, ["x"])).code).toBe("owner_mismatch");
  });

  it("names the parameter in the hint", () => {
    expect(refusal(() => check("a", { x: "a", y: "b" }, ["x", "y"])).hint).toBe(
      "the path's `y` is not the token's subject",
    );
  });

  it("ignores inherited properties", () => {
    expect(refusal(() => check("alice", Object.create({ userId: "alice" }), ["userId"])).code).toBe(
      "owner_mismatch",
    );
  });
});

describe("asWritten", () => {
  it("turns owner parameters that a schema made numbers back into strings, and leaves the others", () => {
    const params = { userId: 7, ownerId: 12345678901234567890n, taskId: 1 };
    expect(asWritten(params, ["userId", "ownerId"])).toEqual({
      userId: "7",
      ownerId: "12345678901234567890",
      taskId: 1,
    });
    const unchanged = { userId: "007", taskId: 1 };
    expect(asWritten(unchanged, ["userId"])).toBe(unchanged);
  });
});
