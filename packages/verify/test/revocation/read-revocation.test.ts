import { describe, expect, it } from "vitest";
import { endOf, readStored } from "../../src/revocation/read-revocation.ts";
import { startSeconds as now } from "../support.ts";

const day = 86_400;
const milliseconds = "has its time in milliseconds";
const noTime = "has no time in seconds and counts from now";

describe("readStored", () => {
  it.each<[string, unknown, number, string | undefined]>([
    ["seconds", now - 5, now - 5, undefined],
    ["seconds with a fraction", now - 0.5, now - 0.5, undefined],
    ["the first second of 1970", 0, 0, undefined],
    ["the last of the seconds", 99_999_999_999, 99_999_999_999, undefined],
    ["the first of the milliseconds", 100_000_000_000, 100_000_000, milliseconds],
    ["milliseconds of a past time", (now - 5) * 1000, now - 5, milliseconds],
    ["milliseconds, a day ahead", (now + day) * 1000, now + day, milliseconds],
    ["milliseconds, more than a day ahead", (now + day) * 1000 + 1, now, noTime],
    ["microseconds", now * 1_000_000, now, noTime],
    ["digits in a string", String(now), now, noTime],
    ["digits of milliseconds in a string", String(now * 1000), now, noTime],
    ["an object with the time", { valueOf: () => now - 5 }, now, noTime],
    ["an object with the time in milliseconds", { valueOf: () => now * 1000 }, now, noTime],
    ["a negative number", -1, now, noTime],
    ["NaN", Number.NaN, now, noTime],
    ["nothing", undefined, now, noTime],
  ])("reads %s", (_case, before, expected, fault) => {
    const { revocation, fault: found } = readStored({ kind: "user", id: "alice", before }, now);
    expect(revocation).toEqual({ kind: "user", id: "alice", before: expected });
    expect(found).toBe(fault);
  });

  it.each([
    [{ kind: "device", id: "x", before: now }],
    [{ kind: "user", id: "", before: now }],
    [{ kind: "user", before: now }],
    ["text"],
    [undefined],
  ])("revokes nothing for %j", (entry) => {
    expect(readStored(entry, now)).toEqual({
      revocation: undefined,
      fault: "does not say what it revokes",
    });
  });
});

describe("endOf", () => {
  it("covers a whole second, and a fraction exactly", () => {
    expect(endOf({ kind: "user", id: "alice", before: now })).toBe(now + 1);
    const exact = endOf({ kind: "user", id: "alice", before: now + 0.25 });
    expect(exact).toBeGreaterThan(now + 0.25);
    expect(exact).toBeLessThan(now + 0.251);
  });
});
