import { describe, expect, it } from "vitest";
import { asWritten, findForeign, type Owner, ownerName } from "../../src/access/owner.ts";
import { principalOf } from "./principals.ts";

/** The parameters that are not the principal's own, and why. */
function foreign(
  principal: ReturnType<typeof principalOf>,
  params: Record<string, unknown>,
  owners: Record<string, Owner>,
): string[] {
  const found = findForeign(principal, params, Object.keys(owners), new Map(Object.entries(owners)));
  return found.map(({ name, reason }) => `${name} ${reason}`);
}

const alice = principalOf("alice", { org: "acme", orgs: ["acme", "globex"], level: 7 });
const notSubject = "userId is not the token's subject";

describe("an owner parameter for the user's id", () => {
  it("matches the exact id, in every parameter", () => {
    expect(foreign(alice, { userId: "alice", taskId: "7" }, { userId: "sub" })).toEqual([]);
    expect(foreign(alice, { userId: "alice", uid: "alice" }, { userId: "sub", uid: "sub" })).toEqual([]);
    expect(foreign(alice, {}, {})).toEqual([]);
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
  ])("does not match %j", (userId) => {
    expect(foreign(alice, { userId }, { userId: "sub" })).toEqual([notSubject]);
  });

  it("does not match an empty id, even if the principal's is empty", () => {
    expect(foreign(principalOf(""), { userId: "" }, { userId: "sub" })).toEqual([notSubject]);
  });

  it("does not match an inherited property", () => {
    expect(foreign(alice, Object.create({ userId: "alice" }), { userId: "sub" })).toEqual([notSubject]);
  });

  it("is compared with the token's subject, not with a claim that a schema calls sub", () => {
    const renamed = { ...alice, claims: { ...alice.claims, sub: "bob" } };
    expect(foreign(renamed, { userId: "bob" }, { userId: "sub" })).toEqual([notSubject]);
  });

  it("is never an OAuth client's own, even if its id is equal", () => {
    const client = { ...alice, kind: "client" as const };
    expect(foreign(client, { userId: "alice" }, { userId: "sub" })).toEqual([notSubject]);
  });

  it("is found among several, in the order of the names", () => {
    const owners = { userId: "sub", uid: "sub", orgId: "org" };
    expect(foreign(alice, { userId: "alice", uid: "bob", orgId: "x" }, owners)).toEqual([
      "uid is not the token's subject",
      'orgId is not in the claim "org"',
    ]);
  });
});

describe("an owner parameter for a claim", () => {
  const check = (orgId: unknown, claims: unknown) =>
    foreign({ ...alice, claims: claims as never }, { orgId }, { orgId: "org" });

  it.each<[string, unknown]>([
    ["a string", { org: "acme" }],
    ["a list of strings", { org: ["globex", "acme"] }],
  ])("matches %s", (_case, claims) => {
    expect(check("acme", claims)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ["another value", { org: "globex" }],
    ["another case", { org: "Acme" }],
    ["an empty list", { org: [] }],
    ["a list in a list", { org: [["acme"]] }],
    ["a list with a value that is not a string", { org: ["acme", 7] }],
    ["an object", { org: { acme: true } }],
    ["null", { org: null }],
  ])("does not match %s", (_case, claims) => {
    expect(check("acme", claims)).toEqual(['orgId is not in the claim "org"']);
  });

  it.each<[string, unknown]>([
    ["an absent claim", {}],
    ["no claims", undefined],
    ["claims that are null", null],
    ["claims that are a string", "acme"],
    ["an inherited claim", Object.create({ org: "acme" })],
  ])("does not match %s, and says that it is absent", (_case, claims) => {
    expect(check("acme", claims)).toEqual(['orgId is not in the claim "org", which is absent']);
  });

  it("does not match a number, even if the path has the same digits", () => {
    expect(foreign(alice, { level: "7" }, { level: "level" })).toEqual(['level is not in the claim "level"']);
  });

  it("does not match a claim that is the user's id under another name", () => {
    expect(check("alice", { org: "acme" })).toEqual(['orgId is not in the claim "org"']);
  });

  it("does not match what Object.prototype has", () => {
    for (const name of ["constructor", "__proto__", "toString"])
      expect(foreign(alice, { x: "alice" }, { x: name })).toHaveLength(1);
  });

  it("does not match an empty or missing parameter, even if the claim is empty", () => {
    for (const value of ["", undefined, null, ["acme"], 7])
      expect(check(value, { org: value })).toEqual(["orgId is missing or empty"]);
  });

  it("does not match claims that throw when they are read", () => {
    const trap = () => {
      throw new Error("a trap");
    };
    const hostile = [
      new Proxy({}, { getOwnPropertyDescriptor: trap }),
      Object.defineProperty({}, "org", { get: trap }),
    ];
    for (const claims of hostile)
      expect(check("acme", claims)).toEqual(['orgId is not in the claim "org", which failed: "a trap"']);
  });
});

describe("an owner parameter for a function", () => {
  const check = (owner: unknown, orgId = "acme") => foreign(alice, { orgId }, { orgId: owner as Owner });

  it("matches the id, or one of the ids, that it returns", () => {
    expect(check(() => "acme")).toEqual([]);
    expect(check(() => ["globex", "acme"])).toEqual([]);
    expect(check(({ claims }: typeof alice) => claims.orgs)).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ["nothing", () => undefined],
    ["null", () => null],
    ["true", () => true],
    ["another id", () => "globex"],
    ["no ids", () => []],
    ["a list with a value that is not a string", () => ["acme", undefined]],
    ["a set", () => new Set(["acme"])],
    ["an object", () => ({ acme: true })],
    ["a list that claims to include everything", () => ({ includes: () => true, every: () => true })],
    ["a million other ids", () => Array.from({ length: 1_000_000 }, (_, index) => String(index))],
  ])("does not match if it returns %s", (_case, owner) => {
    expect(check(owner)).toEqual(['orgId is not what "a function" returns']);
  });

  // biome-ignore-start lint/suspicious/noThenProperty: thenables are what is tried.
  it.each<[string, () => unknown]>([
    ["a promise", async () => "acme"],
    ["a promise that rejects", () => Promise.reject(new Error("no"))],
    ["a promise that never settles", () => new Promise(() => undefined)],
    ["a thenable", () => ({ then: (resolve: (id: string) => void) => resolve("acme") })],
    ["a list with a method then", () => Object.assign(["acme"], { then: () => undefined })],
  ])("does not match if it returns %s", (_case, owner) => {
    expect(check(owner)).toEqual([
      'orgId is not what "a function" returns, a promise: it must be synchronous',
    ]);
  });
  // biome-ignore-end lint/suspicious/noThenProperty: thenables are what is tried.

  it("does not match if it throws, or if its result does", () => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    const fail = () => {
      throw new Error("no database");
    };
    expect(check(fail)).toEqual(['orgId is not what "fail" returns, which failed: "no database"']);
    expect(check(() => proxy)[0]).toMatch(/^orgId is not what "a function" returns, which failed: /);
  });

  it("cannot change the principal", () => {
    expect(
      check((principal: { id: string }) => {
        principal.id = "acme";
        return "acme";
      })[0],
    ).toContain("which failed");
    expect(alice.id).toBe("alice");
  });

  it("is not called for an empty parameter", () => {
    let calls = 0;
    check(() => `${calls++}`, "");
    expect(calls).toBe(0);
  });
});

describe("an owner parameter without an owner", () => {
  it("matches nothing", () => {
    const found = findForeign(alice, { userId: "alice" }, ["userId"], new Map());
    expect(found).toEqual([{ name: "userId", value: "alice", owner: undefined, reason: "has no owner" }]);
  });
});

describe("ownerName", () => {
  it("is the claim, or the name of the function", () => {
    expect(ownerName("org")).toBe("org");
    expect(
      ownerName(function memberships() {
        return [];
      }),
    ).toBe("memberships");
    expect(ownerName(() => [])).toBe("a function");
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
