import { afterAll, describe, expect, test } from "vitest";
import { killLeftovers } from "../../apps/api/test/support/process.ts";
import { count } from "../counts.ts";
import { failuresOf } from "./failures.ts";
import { shortSoak } from "./lengths.ts";
import { soak } from "./soak.ts";

afterAll(killLeftovers);

describe("soak: load with one kill -9", () => {
  test(`${shortSoak.seconds} s of it: nothing lost, nobody shown what is another's`, {
    timeout: (shortSoak.seconds + 120) * 1000,
  }, async (context) => {
    const result = await soak(shortSoak, 1);
    const { requests, hostile, wrong, written, lost, slow, latencyP99, loopDelayP99, memoryAtEnd } = result;
    count(context, { requests, "hostile ones": hostile, "wrong answers": wrong, writes: written, lost });
    const [p99, delay, memory] = [latencyP99, loopDelayP99, memoryAtEnd].map(Math.round) as [number, number, number];
    count(context, { "ms at p99": p99, "ms event-loop delay": delay, "MB at the end": memory });
    expect(failuresOf(result)).toEqual([]);
    expect(slow).toBeGreaterThan(0);
  });
});
