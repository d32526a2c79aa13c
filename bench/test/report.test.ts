import { describe, expect, it } from "vitest";
import { chartOf } from "../src/chart.ts";
import { measure, median } from "../src/rounds.ts";
import { type Result, speedOf, tableOf } from "../src/table.ts";

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
  it("is the middle, or between the two in the middle", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe("measure", () => {
  it("lets every contender run in every round, and awaits those that are asynchronous", async () => {
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
  it("is more than one where Usher is faster, by time as by rate", () => {
    expect(speedOf("peer", verification)).toBe(10);
    expect(speedOf("floor", verification)).toBe(0.5);
    expect(speedOf("peer", requests)).toBe(5);
    expect(speedOf("bare", requests)).toBe(0.9);
    expect(speedOf("usher", verification)).toBeUndefined();
    expect(speedOf("nobody", verification)).toBeUndefined();
  });
});

describe("tableOf", () => {
  it("has each contender's number, aligned, and the ratio", () => {
    expect(tableOf(verification)).toEqual([
      "HS256 & <more>",
      "  floor   2.00 µs  usher is 0.50 × as fast",
      "  usher   4.00 µs",
      "  peer   40.00 µs  usher is 10.00 × as fast",
    ]);
  });
});

describe("chartOf", () => {
  it("draws peers, and neither floor nor bare server", () => {
    const chart = chartOf([verification, requests]);
    expect(chart.match(/<rect /g)).toHaveLength(2);
    expect(chart).toContain("10.0 ×");
    expect(chart).toContain("HS256 &amp; &lt;more>");
    expect(chart).not.toContain("floor");
  });
});
