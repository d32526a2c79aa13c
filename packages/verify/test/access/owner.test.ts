import { describe, expect, it } from "vitest";
import { checkOwner } from "../../src/access/owner.ts";
import { refusal } from "../support.ts";

describe("checkOwner", () => {
  it("accepts the very id, in each of the parameters", () => {
    expect(() => checkOwner("alice", { userId: "alice", taskId: "7" }, ["userId"])).not.toThrow();
    expect(() =>
      checkOwner("alice", { userId: "alice", ownerId: "alice" }, ["userId", "ownerId"]),
    ).not.toThrow();
    expect(() => checkOwner("alice", {}, [])).not.toThrow();
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
    expect(refusal(() => checkOwner("alice", { userId }, ["userId"])).code).toBe("owner_mismatch");
  });

  it("refuses when one of several differs, and an empty id against an empty parameter", () => {
    expect(refusal(() => checkOwner("a", { x: "a", y: "b" }, ["x", "y"])).code).toBe("owner_mismatch");
    expect(refusal(() => checkOwner("", { x: "" }, ["x"])).code).toBe("owner_mismatch");
  });

  it("tells the operator which parameter it was", () => {
    expect(refusal(() => checkOwner("a", { x: "a", y: "b" }, ["x", "y"])).hint).toBe(
      "the path's `y` is not the token's subject",
    );
  });

  it("reads no inherited parameter", () => {
    expect(refusal(() => checkOwner("alice", Object.create({ userId: "alice" }), ["userId"])).code).toBe(
      "owner_mismatch",
    );
  });
});
