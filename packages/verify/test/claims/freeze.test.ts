import { describe, expect, it } from "vitest";
import { z } from "zod";
import { deepFreeze, freezeThrough } from "../../src/claims/freeze.ts";
import { keyUsage } from "../../src/keys/index.ts";
import { createBench, start } from "../support.ts";

/** All parts of a value that are not frozen. */
function open(value: object, seen = new Set<object>()): object[] {
  if (seen.has(value)) return [];
  seen.add(value);
  const parts = Object.values(value).filter(
    (part): part is object => typeof part === "object" && part !== null,
  );
  return [...(Object.isFrozen(value) ? [] : [value]), ...parts.flatMap((part) => open(part, seen))];
}

describe("deepFreeze", () => {
  it("freezes any JSON value", () => {
    const value = JSON.parse(
      '{"list":[{"deep":true}],"nothing":null,"__proto__":{"a":{}},"text":"a"}',
    ) as object;
    expect(deepFreeze(value)).toBe(value);
    expect(open(value)).toEqual([]);
  });

  it("freezes nesting deeper than the stack", () => {
    let value: unknown[] = [];
    for (let depth = 0; depth < 200_000; depth++) value = [value];
    expect(Object.isFrozen(deepFreeze(value)[0])).toBe(true);
  });
});

describe("freezeThrough", () => {
  it("freezes plain data, also inside frozen objects, in a circle, and under symbols and non-enumerable keys", () => {
    const inner = { roles: ["user"] };
    const bare = Object.assign(Object.create(null), { x: {} });
    const circle: Record<PropertyKey, unknown> = {
      frozen: Object.freeze({ inner, list: Object.freeze([{}]) }),
      bare,
    };
    circle.self = circle;
    circle[Symbol("hidden")] = inner;
    const hidden = {};
    Object.defineProperty(circle, "notListed", { value: hidden });
    expect(freezeThrough(circle)).toBe(true);
    expect(open(circle)).toEqual([]);
    expect([Object.isFrozen(inner.roles), Object.isFrozen(hidden)]).toEqual([true, true]);
  });

  it("takes no function for data, whatever its prototype", () => {
    for (const prototype of [Function.prototype, Object.prototype, null])
      expect(freezeThrough({ run: Object.setPrototypeOf(() => 1, prototype) })).toBe(false);
  });

  it("returns a value that is not an object unchanged", () => {
    for (const value of [null, undefined, "text", 1, true, 1n, Symbol("a")])
      expect(freezeThrough(value)).toBe(true);
  });

  it("freezes nesting deeper than the stack", () => {
    let value: unknown[] = [];
    for (let depth = 0; depth < 20_000; depth++) value = [value];
    expect(freezeThrough(value)).toBe(true);
    expect(Object.isFrozen(value[0])).toBe(true);
  });

  class Role {
    name = "user";
  }
  it.each<[string, () => unknown]>([
    ["a Map", () => new Map([["a", {}]])],
    ["a Set", () => new Set(["user"])],
    ["a Date", () => new Date(0)],
    ["bytes", () => new Uint8Array(2)],
    ["a buffer", () => new ArrayBuffer(2)],
    ["an object of a class", () => new Role()],
    ["a list of a class", () => new (class extends Array {})()],
    ["a function", () => () => undefined],
    ["an error", () => new Error("x")],
    ["a promise", () => Promise.resolve()],
    [
      "a getter",
      () => ({
        get a() {
          throw new Error("it was run");
        },
      }),
    ],
    [
      "a proxy that throws",
      () =>
        new Proxy(
          {},
          {
            ownKeys: () => {
              throw new Error("a trap");
            },
          },
        ),
    ],
  ])("reports that %s is mutable, and never throws", (_case, make) => {
    expect(freezeThrough(make())).toBe(false);
    const around = { below: Object.freeze([{ part: make() }]), beside: {} };
    expect(freezeThrough(around)).toBe(false);
  });
});

describe("a principal that requests share", () => {
  const schema = z.object({ sub: z.string(), roles: z.array(z.string()) });
  const claims = { roles: ["user"] };

  /** The principals of two requests with one token. */
  function two<Claims>(schema: z.ZodType<Claims>): [Claims, Claims] {
    const { issuer, verifier } = createBench({ claims: schema as never });
    const token = issuer.tokenFor("alice", { claims });
    const [first, second] = [verifier.verifySync(token), verifier.verifySync(token)];
    expect(keyUsage(verifier)[0]?.verified).toBe(1);
    return [first.claims as never, second.claims as never];
  }

  it("is frozen deeply if a schema froze only the top", () => {
    const org = z.object({ roles: z.array(z.string()) });
    const [first, second] = two(schema.transform(({ roles }) => ({ org: org.readonly().parse({ roles }) })));
    expect(first).toBe(second);
    expect(() => (first.org.roles as string[]).push("admin")).toThrow(TypeError);
    expect(second.org.roles).toEqual(["user"]);
  });

  it("has a separate Set, Map, Date or class instance for each of them", () => {
    class Account {
      #roles: string[];
      constructor(roles: string[]) {
        this.#roles = roles;
      }
      grant(role: string) {
        this.#roles.push(role);
      }
      get roles() {
        return [...this.#roles];
      }
    }
    const [set, otherSet] = two(schema.transform(({ roles }) => ({ roles: new Set(roles) })));
    set.roles.add("admin");
    expect([...otherSet.roles]).toEqual(["user"]);
    const [map, otherMap] = two(schema.transform(({ sub, roles }) => new Map([[sub, roles]])));
    map.get("alice")?.push("admin");
    expect(otherMap.get("alice")).toEqual(["user"]);
    const [date, otherDate] = two(schema.transform(() => ({ at: new Date(start) })));
    date.at.setFullYear(2099);
    expect(otherDate.at.getTime()).toBe(start);
    const [account, otherAccount] = two(schema.transform(({ roles }) => ({ account: new Account(roles) })));
    account.account.grant("admin");
    expect(otherAccount.account.roles).toEqual(["user"]);
  });

  it("freezes the plain data around them", () => {
    for (const claims of two(schema.transform(({ roles }) => ({ roles: new Set(roles), list: roles })))) {
      expect(Object.isFrozen(claims) && Object.isFrozen(claims.list)).toBe(true);
    }
  });

  it("is the same object if all of it is immutable", () => {
    const [first, second] = two(schema);
    expect(first).toBe(second);
  });

  it("is rejected when the schema, called again, rejects it", () => {
    let answers = 0;
    const fickle = schema.transform(({ roles }) => new Set(roles)).refine(() => answers++ < 1);
    const { issuer, verifier } = createBench({ claims: fickle as never });
    const token = issuer.tokenFor("alice", { claims });
    verifier.verifySync(token);
    expect(() => verifier.verifySync(token)).toThrow(expect.objectContaining({ code: "claims_invalid" }));
  });
});
