import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BoundedCache, BoundedMap, hashOfEnd } from "../src/cache.ts";
import { keyUsage } from "../src/keys/index.ts";
import { createBench } from "./support.ts";

const entry = (value: number, bytes = 0) => ({ value, bytes });

/** Fills a cache with the keys from 0 up, and says which it then has, without asking any of them twice. */
function held(cache: BoundedCache<number, ReturnType<typeof entry>>, upTo: number): number[] {
  return Array.from({ length: upTo }, (_, key) => key).filter((key) => cache.get(key) !== undefined);
}

describe("BoundedCache", () => {
  it.each([1, 2, 10, 11])("contains at most its capacity of %i", (capacity) => {
    for (let many = 1; many < 100; many++) {
      const cache = new BoundedCache<number, ReturnType<typeof entry>>(capacity);
      for (let key = 0; key < many; key++) cache.set(key, entry(key));
      expect(held(cache, many)).toHaveLength(Math.min(many, capacity));
      expect(cache.get(many - 1)?.value).toBe(many - 1);
    }
  });

  it("keeps every key of a round robin that fits its capacity", () => {
    const cache = new BoundedCache<number, ReturnType<typeof entry>>(100);
    let misses = 0;
    for (let step = 0; step < 1000; step++) {
      if (cache.get(step % 100) !== undefined) continue;
      misses++;
      cache.set(step % 100, entry(step));
    }
    expect(misses).toBe(100);
  });

  it("keeps entries in use during a scan of others", () => {
    const cache = new BoundedCache<string, ReturnType<typeof entry>>(10);
    cache.set("hot", entry(1));
    for (let index = 0; index < 1000; index++) {
      cache.set(`cold ${index}`, entry(index));
      expect(cache.get("hot")?.value).toBe(1);
    }
  });

  it("evicts the least recently used entry first", () => {
    const cache = new BoundedCache<string, ReturnType<typeof entry>>(3);
    for (const key of ["a", "b", "c"]) cache.set(key, entry(1));
    cache.get("a");
    cache.set("b", entry(2));
    cache.set("d", entry(1));
    cache.set("e", entry(1));
    expect(["a", "b", "c", "d", "e"].map((key) => cache.get(key)?.value)).toEqual([
      undefined,
      2,
      undefined,
      1,
      1,
    ]);
  });

  it("evicts in constant time, however many entries were deleted before", () => {
    const cache = new BoundedCache<number, ReturnType<typeof entry>>(100_000);
    for (let key = 0; key < 200_000; key++) cache.set(key, entry(key));
    // Searching for the oldest entry from the start would skip all deleted ones each time: the test would
    // take minutes, and run into its timeout.
    expect(cache.get(200_000 - 1)).toBeDefined();
    expect(cache.get(99_999)).toBeUndefined();
  });

  it("stays within its byte limit, counts replaced entries, and rejects larger ones", () => {
    const cache = new BoundedCache<number, ReturnType<typeof entry>>(1000, 100);
    for (let key = 0; key < 50; key++) cache.set(key, entry(key, 10));
    expect(held(cache, 50)).toHaveLength(10);
    cache.set(99, entry(99, 100));
    expect(held(cache, 100)).toEqual([99]);
    cache.set(99, entry(99, 10));
    for (let key = 0; key < 9; key++) cache.set(key, entry(key, 10));
    expect(held(cache, 100)).toHaveLength(10);
    cache.set(5, entry(5, 101));
    expect(cache.get(5)).toBeUndefined();
    expect(held(cache, 100)).toHaveLength(9);
  });

  it("evicts nothing on a lookup", () => {
    const cache = new BoundedCache<string, ReturnType<typeof entry>>(10);
    cache.set("a", entry(1));
    for (let index = 0; index < 100; index++) expect(cache.get(`nothing ${index}`)).toBeUndefined();
    expect(cache.get("a")?.value).toBe(1);
  });

  it("returns the latest value of a key", () => {
    const cache = new BoundedCache<string, ReturnType<typeof entry>>(4);
    for (const key of ["a", "b", "c"]) cache.set(key, entry(1));
    for (const key of ["a", "c"]) cache.set(key, entry(2));
    expect(["a", "c"].map((key) => cache.get(key)?.value)).toEqual([2, 2]);
  });
});

describe("BoundedMap", () => {
  it("caches values of any kind, up to its size", () => {
    const map = new BoundedMap<string, number | undefined>(2);
    for (const [index, key] of ["a", "b", "c"].entries()) map.set(key, index);
    expect(["a", "b", "c"].map((key) => map.get(key))).toEqual([undefined, 1, 2]);
  });
});

describe("hashOfEnd", () => {
  it("is a 32-bit integer of the last eight characters and their order", () => {
    const hash = hashOfEnd("header.payload.signature");
    expect(hash).toBe(hash | 0);
    expect(hashOfEnd("other.ignature")).toBe(hash);
    for (const other of ["signatura", "signbture", "sjgnature", "signatrue"]) {
      expect(hashOfEnd(other), other).not.toBe(hash);
    }
  });

  it("is different for nearly all of ten thousand signatures", () => {
    const signatures = Array.from({ length: 10_000 }, () => randomBytes(32).toString("base64url"));
    expect(new Set(signatures.map(hashOfEnd)).size).toBeGreaterThan(9_990);
  });

  it("is an integer for a text that is not a token", () => {
    for (const text of ["", "short", "\ud83d\ude00 not ASCII \uffff"]) {
      expect(Number.isInteger(hashOfEnd(text)), text).toBe(true);
    }
  });
});

describe("the cache of a verifier", () => {
  /** How many of these tokens the verifier verified instead of finding them in its cache. */
  function verifiedOf(bench: ReturnType<typeof createBench>, tokens: readonly string[]): number {
    const verified = () => keyUsage(bench.verifier)[0]?.verified ?? 0;
    const before = verified();
    for (const token of tokens) bench.verifier.verifySync(token);
    return verified() - before;
  }

  it("caches as many tokens as its option says, in a round robin of exactly that many", () => {
    const bench = createBench({ cache: 500 });
    const tokens = Array.from({ length: 500 }, (_, index) => bench.issuer.tokenFor(`user ${index}`));
    expect(verifiedOf(bench, tokens)).toBe(500);
    // Two tokens with the same cache key replace each other: one in many millions.
    for (let round = 0; round < 3; round++) expect(verifiedOf(bench, tokens)).toBeLessThanOrEqual(2);
  });

  it("caches up to its byte limit, by default four kilobytes per token", () => {
    const bench = createBench({ cache: 100 });
    const large = Array.from({ length: 100 }, (_, index) =>
      bench.issuer.tokenFor(`user ${index}`, { claims: { about: "x".repeat(5600) } }),
    );
    const [first] = large;
    const room = Math.floor((100 * 4096) / (600 + 2 * (first as string).length));
    expect(room).toBeGreaterThan(20);
    verifiedOf(bench, large);
    expect(verifiedOf(bench, large.slice(-room))).toBe(0);
    expect(verifiedOf(bench, large.slice(0, 100 - room))).toBe(100 - room);
  });

  it("caches more with a higher limit, and no token that exceeds it", () => {
    const options = { cache: 100, cacheBytes: 10_000_000 };
    const bench = createBench(options);
    const about = { about: "x".repeat(5600) };
    const large = Array.from({ length: 100 }, (_, index) =>
      bench.issuer.tokenFor(`user ${index}`, { claims: about }),
    );
    verifiedOf(bench, large);
    expect(verifiedOf(bench, large)).toBe(0);

    const small = createBench({ cacheBytes: 65_536, maxTokenLength: 65_536 });
    const huge = small.issuer.tokenFor("alice", { claims: { about: "x".repeat(30_000) } });
    expect(verifiedOf(small, [huge, huge])).toBe(2);
  });

  it.each([0, 65_535, 1.5, Number.NaN, Number.POSITIVE_INFINITY, "1 MB"])(
    "refuses cacheBytes: %j",
    (cacheBytes) => {
      expect(() => createBench({ cacheBytes: cacheBytes as number })).toThrow(
        "cacheBytes: must be an integer from 65536",
      );
    },
  );
});
