import { describe, expect, it } from "vitest";
import { readOwnerFields } from "../../../src/adapters/trpc/owner-fields.ts";
import { AuthError } from "../../../src/index.ts";

/** The trail after these names. */
function trailOf(ownerParams: readonly string[], names: readonly string[]): readonly string[] {
  const { follow } = readOwnerFields(ownerParams);
  return names.reduce<readonly string[]>(follow, []);
}

describe("the trail to a value", () => {
  const fields = ["userId", "a.b.teamId"];

  it.each<[string, string[], string[]]>([
    ["has the parents of a path", ["a", "b"], ["a", "b"]],
    ["has another spelling of a parent, with a mark", ["a", "B_"], ["a", "~b"]],
    ["has no more names than the longest path has parents", ["b", "a", "b", "a"], ["b", "a"]],
    ["starts again after another name", ["a", "other"], []],
    ["has no owner field", ["a", "teamId"], []],
    ["has no other spelling of an owner field", ["a", "team_id"], []],
    ["has no owner field without parents", ["userId"], []],
  ])("%s", (_name, names, expected) => {
    expect(trailOf(fields, names)).toEqual(expected);
  });

  it("has nothing if no owner field has a parent", () => {
    expect(trailOf(["userId", "orgId"], ["userId", "user_id", "where"])).toEqual([]);
  });
});

describe("the keys of a field", () => {
  it.each<[string, string[], string[], string, string[]]>([
    ["by name", ["orgId"], ["where"], "orgId", ["orgId"]],
    ["by name and by path", ["orgId", "where.orgId"], ["where"], "orgId", ["orgId", "where.orgId"]],
    ["not by a path that is longer than the trail", ["id.x.id"], [], "id", []],
    ["not below another parent", ["where.orgId"], ["data"], "orgId", []],
  ])("are found %s", (_name, ownerParams, trail, name, expected) => {
    const { keysOf, inherited } = readOwnerFields(ownerParams);
    expect(keysOf(trail, name)).toEqual(expected);
    expect(inherited(trail, Object.create({ [name]: "x" }))).toEqual(expected);
    expect(inherited(trail, { [name]: "x" })).toEqual([]);
  });

  it("do not replace a path whose parent is spelled differently, if its last name is a field too", () => {
    const { keysOf } = readOwnerFields(["id", "id.id"]);
    expect(keysOf(["id"], "id")).toEqual(["id", "id.id"]);
    expect(() => keysOf(["~id"], "id")).toThrow(AuthError);
  });
});
