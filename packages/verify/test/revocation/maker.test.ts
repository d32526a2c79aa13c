import { createTestIssuer } from "@usher-auth/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRevocations, memoryRevocationStore, type Revocation } from "../../src/revocation/index.ts";
import { readMaker } from "../../src/revocation/maker.ts";
import { handClock, startSeconds } from "../support.ts";

const token = createTestIssuer().tokenFor("alice");

describe("a revocation's `by`", () => {
  it.each([
    ["a name", "Ada Lovelace (support)", "Ada Lovelace (support)"],
    ["letters of any script", "Łukasz 管理者", "Łukasz 管理者"],
    ["spaces around it", "  admin ", "admin"],
    ["control characters", "a\u0000\n\u001b[2Jb", "a\\u0000\\u000a\\u001b[2Jb"],
    ["marks that change the direction", "a\u202eb\u2028", "a\\u202eb\\u2028"],
    ["10,000 characters", "x".repeat(10_000), "x".repeat(200)],
    ["a token", `by ${token}`, "by [token]"],
    ["a token that would be cut", `${"x".repeat(150)} ${token}`, `${"x".repeat(150)} [token]`],
    ["a token of which only the start is looked at", `eyJ${"x".repeat(10_000)}`, "[token]"],
    ["half of a surrogate pair", "a\ud800", "a\ufffd"],
    ["nothing", "", undefined],
    ["only spaces", "   ", undefined],
    ["a number", 7, undefined],
    ["an object", { toString: () => "x" }, undefined],
  ])("%s", (_case, given, expected) => {
    expect(readMaker(given).by).toBe(expected);
  });

  it("is at most 200 printable characters, and stays the same when it is read again", () => {
    const any = fc.string({ unit: "binary", maxLength: 500 });
    fc.assert(
      fc.property(
        fc.oneof(any, fc.string({ unit: fc.constantFrom("\n", "\u0080", "e", "y", "J", ".", " ") })),
        (text) => {
          const { by } = readMaker(text);
          if (by === undefined) return;
          expect(by.length).toBeLessThanOrEqual(200);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be absent.
          expect(by).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
          expect(readMaker(by)).toEqual({ by });
        },
      ),
    );
  });

  it("takes no time that grows with a hostile text", () => {
    const begun = performance.now();
    for (const text of ["eyJ".repeat(100_000), "a-".repeat(200_000), `${"x".repeat(300_000)}.`])
      expect(readMaker(text).by?.length).toBeLessThanOrEqual(200);
    expect(performance.now() - begun).toBeLessThan(500);
  });

  it("is recorded by the store, and is no part of what is revoked", async () => {
    const clock = handClock();
    const store = memoryRevocationStore({ clock });
    const revocations = createRevocations({ store, maxTokenAge: 900, clock });
    const revoked: Revocation = { kind: "session", id: "s1", before: startSeconds, by: "admin\n1" };
    await revocations.revoke(revoked);
    await revocations.revoke({ ...revoked, by: "admin 2" });
    await revocations.close();
    const loaded: Revocation[] = [];
    for await (const batch of store.load()) loaded.push(...batch);
    expect(loaded).toEqual([{ ...revoked, by: "admin\\u000a1" }]);
  });

  it("must be a string where an application revokes", async () => {
    const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
    const revoked = { kind: "session", id: "s1", before: startSeconds, by: { id: "admin" } };
    await expect(revocations.revoke(revoked as never)).rejects.toThrow("`by` is a string");
  });

  it("is absent from a store that does not keep it", async () => {
    const rows: Revocation[] = [];
    const store = {
      async *load() {
        yield rows;
      },
      async append(batch: readonly Revocation[]) {
        rows.push(...batch.map(({ kind, id, before }) => ({ kind, id, before })));
      },
      subscribe: async () => async () => undefined,
    };
    const revocations = createRevocations({ store, maxTokenAge: 900 });
    await revocations.ready();
    await revocations.revoke({ kind: "session", id: "s1", before: Date.now() / 1000, by: "admin" });
    expect(() => revocations.check({ sid: "s1" })).toThrow("has been revoked");
    await revocations.close();
  });
});
