import { describe, expect, it } from "vitest";
import { chartOf } from "../src/chart.ts";
import { withResults } from "../src/report.ts";
import { measure, median } from "../src/rounds.ts";
import { type Result, speedOf, tableOf } from "../src/table.ts";
import { verdictsOn } from "../src/targets.ts";

const verification: Result = {
  name: "hs256-530",
  title: "HS256 & <more>",
  unit: "nanoseconds",
  values: { floor: 2000, usher: 4000, peer: 40_000 },
};
const requests: Result = {
  name: "http",
  title: "HTTP",
  unit: "requests",
  values: { bare: 50_000, usher: 45_000, peer: 9000 },
};

describe("median", () => {
  it("is the middle value, or the mean of the two middle values", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe("measure", () => {
  it("runs every contender in every round, and awaits asynchronous ones", async () => {
    const runs = { one: 0, two: 0 };
    let pending = 0;
    const timings = await measure(
      [
        { name: "one", run: () => runs.one++ },
        {
          name: "two",
          isAsync: true,
          run: async () => {
            expect(pending++).toBe(0);
            await undefined;
            pending--;
            runs.two++;
          },
        },
      ],
      { rounds: 2, time: 1 },
    );
    expect(Object.keys(timings)).toEqual(["one", "two"]);
    expect(Math.min(timings.one ?? 0, timings.two ?? 0, runs.one, runs.two)).toBeGreaterThan(0);
  });
});

describe("speedOf", () => {
  it("is above 1 where Usher is faster, for times and for rates", () => {
    expect(speedOf("peer", verification)).toBe(10);
    expect(speedOf("floor", verification)).toBe(0.5);
    expect(speedOf("peer", requests)).toBe(5);
    expect(speedOf("bare", requests)).toBe(0.9);
    expect(speedOf("usher", verification)).toBeUndefined();
    expect(speedOf("nobody", verification)).toBeUndefined();
  });
});

describe("tableOf", () => {
  it("lists each contender with its aligned number and the ratio", () => {
    expect(tableOf(verification)).toEqual([
      "HS256 & <more>",
      "  floor   2.00 µs  usher is 0.50 × as fast",
      "  usher   4.00 µs",
      "  peer   40.00 µs  usher is 10.00 × as fast",
    ]);
  });
});

describe("chartOf", () => {
  it("draws the peers, without the floor and the bare server", () => {
    const chart = chartOf([verification, requests]);
    expect(chart.match(/<rect /g)).toHaveLength(2);
    expect(chart).toContain("10.0 ×");
    expect(chart).toContain("HS256 &amp; &lt;more>");
    expect(chart).not.toContain("floor");
  });
});

describe("verdictsOn", () => {
  const hs256 = (usher: number): Result => ({
    ...verification,
    values: { floor: 2000, usher, "fast-jwt": 9000 },
  });

  it("says whether each measured target is met", () => {
    const verdicts = verdictsOn([hs256(3000)]);
    expect(verdicts).toEqual([
      { what: "HS256 compared with fast-jwt", wanted: "at least 1.5", measured: 3, isMet: true },
    ]);
    expect(verdictsOn([hs256(9000)]).map(({ isMet }) => isMet)).toEqual([false]);
  });

  it("treats `atMost` as an upper bound", () => {
    const memory = (fullCache: number): Result => ({
      name: "memory",
      title: "",
      unit: "megabytes",
      values: { fullCache },
    });
    expect(verdictsOn([memory(25)]).map(({ isMet }) => isMet)).toEqual([true]);
    expect(verdictsOn([memory(26)]).map(({ isMet }) => isMet)).toEqual([false]);
  });
});

describe("withResults", () => {
  const machine = { processor: "Abacus", cores: 2, node: "v24" };
  const document = "before\n<!-- measured -->\nold\n<!-- /measured -->\nafter\n";

  it("replaces the measured part and nothing else", () => {
    const text = withResults(document, machine, [verification, requests]);
    expect(text).toMatch(/^before\n<!-- measured -->\nAbacus, 2 cores/);
    expect(text).toMatch(/<!-- \/measured -->\nafter\n$/);
    expect(text).not.toContain("old");
    expect(text).toContain("| HS256 & <more> | 2.00 (0.50) | 4.00 | 40.00 (10.00) |");
    expect(text).toContain("| HTTP | 50,000 (0.90) | 45,000 | 9,000 (5.00) |");
  });

  it("rejects a document without the markers", () => {
    expect(() => withResults("nothing", machine, [])).toThrow("<!-- measured -->");
  });
});
