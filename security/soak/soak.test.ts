import { afterAll, expect, test } from "vitest";
import { killLeftovers } from "../../apps/api/test/support/process.ts";
import { failuresOf } from "./failures.ts";
import { shortSoak } from "./lengths.ts";
import { soak } from "./soak.ts";

afterAll(killLeftovers);

test(`${shortSoak.seconds} s of valid and hostile load, with one kill -9: nothing lost, nobody shown what is another's`, {
  timeout: (shortSoak.seconds + 120) * 1000,
}, async () => {
  const result = await soak(shortSoak, 1);
  const { requests, hostile, written, lost, wrong, unanswered, slow, latencyP99, loopDelayP99 } = result;
  console.log(
    `soak: ${requests} requests, ${hostile} hostile, ${written} acknowledged writes, ${lost} lost, ${wrong} wrong, ${unanswered} cut by the kill, ${slow} slow clients, p99 ${latencyP99.toFixed(0)} ms, event-loop delay p99 ${loopDelayP99.toFixed(0)} ms, ${result.memoryAtStart.toFixed(0)} to ${result.memoryAtEnd.toFixed(0)} MB`,
  );
  expect(failuresOf(result)).toEqual([]);
  expect(slow).toBeGreaterThan(0);
});
