import { describe, expect, it } from "vitest";
import { createOwnerParamFinder } from "../../src/access/owner-params.ts";
import { refusal } from "../support.ts";

describe("createOwnerParamFinder", () => {
  const find = createOwnerParamFinder(["userId", "ownerId"]);

  it("finds the owner parameters of a route, in order", () => {
    expect(find({ ownerId: "a", taskId: "1", userId: "a" })).toEqual(["userId", "ownerId"]);
    expect(find({ taskId: "1" })).toEqual([]);
    expect(find(Object.create({ userId: "a" }))).toEqual(["userId"]);
  });

  it("also finds those that only the route's pattern declares, because the request may omit them", () => {
    expect(find({}, ["ownerId"])).toEqual(["ownerId"]);
    expect(find({ userId: "a" }, ["ownerId", "taskId"])).toEqual(["userId", "ownerId"]);
  });

  it("compares the names in the pattern if it is known, and not those of the request", () => {
    expect(find({ user_id: "a" }, ["taskId"])).toEqual([]);
    expect(refusal(() => find({}, ["user_id"])).code).toBe("owner_mismatch");
  });

  it("creates no list for a route with all of them, or with none", () => {
    expect(find({ userId: "a", ownerId: "a" })).toBe(find({ ownerId: "b", userId: "b" }));
    expect(find({ taskId: "1" })).toBe(find({}));
  });

  it("rejects every request if a parameter is spelled almost like the owner parameter", () => {
    for (let round = 0; round < 2; round++) {
      expect(refusal(() => find({ taskId: "1", USER_ID: "a" }))).toMatchObject({
        code: "owner_mismatch",
        hint: 'the route\'s parameter "USER_ID" is not checked against the owner, because ownerParam is "userId": use the same spelling, or list both',
      });
    }
  });

  it("reads each name once", () => {
    let looks = 0;
    class Watched extends String {
      override toLowerCase(): string {
        looks++;
        return super.toLowerCase();
      }
    }
    const watching = createOwnerParamFinder([new Watched("userId") as string]);
    for (let round = 0; round < 3; round++) {
      watching({ taskId: "1" });
      watching({}, ["taskId"]);
    }
    expect(looks).toBe(1);
  });
});
