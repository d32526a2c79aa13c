import { expect, test } from "vitest";
import type { Answer } from "../../../src/audit/http/answer.ts";
import type { AuditRequest } from "../../../src/audit/http/send.ts";
import { createTraffic, type TrafficOptions } from "../../../src/audit/http/traffic.ts";

const request: AuditRequest = { method: "GET", path: "/", headers: {}, body: undefined };

function answer(status: number, retryAfter?: number): Answer {
  return {
    status,
    retryAfter,
    mediaType: "",
    hasChallenge: false,
    hasProblem: false,
    location: undefined,
    text: "",
    json: undefined,
  };
}

/** Traffic on a fake clock. Every answer takes a millisecond. */
function trafficWith(answers: (Answer | undefined)[], options: Partial<TrafficOptions> = {}) {
  let now = 0;
  const times: number[] = [];
  const traffic = createTraffic(
    async () => {
      times.push(now);
      now++;
      return answers.length > 1 ? answers.shift() : answers[0];
    },
    {
      rate: 10,
      maxRequests: 100,
      now: () => now,
      wait: async (time) => {
        now += time;
      },
      ...options,
    },
  );
  return { traffic, times };
}

test("sends no more requests a second than the rate", async () => {
  const { traffic, times } = trafficWith([answer(200)]);
  for (let count = 0; count < 4; count++) await traffic.send(request, undefined);
  expect(times).toEqual([0, 100, 200, 300]);
});

test("stops at the request limit, but still deletes what was created", async () => {
  const { traffic } = trafficWith([answer(200)], { maxRequests: 2 });
  await traffic.send(request, undefined);
  await traffic.send(request, undefined);
  await expect(traffic.send(request, undefined)).rejects.toMatchObject({ halt: "budget" });
  await expect(traffic.sendCleanUp(request, undefined)).resolves.toMatchObject({ status: 200 });
  expect(traffic.count()).toBe(3);
});

test("stops after five unanswered requests in a row", async () => {
  const silence = undefined;
  const { traffic } = trafficWith([
    ...Array(4).fill(silence),
    answer(200),
    ...Array(5).fill(silence),
    answer(200),
  ]);
  for (let count = 0; count < 10; count++) await traffic.send(request, undefined);
  await expect(traffic.send(request, undefined)).rejects.toMatchObject({ halt: "silence" });
});

test("stops five seconds before a token expires, but still deletes what was created", async () => {
  const { traffic, times } = trafficWith([answer(200)], { validFor: 5_150 });
  await traffic.send(request, undefined);
  await traffic.send(request, undefined);
  await traffic.send(request, undefined);
  expect(times).toEqual([0, 100, 200]);
  await expect(traffic.send(request, undefined)).rejects.toMatchObject({ halt: "expiry" });
  await expect(traffic.sendCleanUp(request, undefined)).resolves.toMatchObject({ status: 200 });
});

test("stops when it is interrupted", async () => {
  const interruption = new AbortController();
  const { traffic, times } = trafficWith([answer(200)], { signal: interruption.signal });
  interruption.abort();
  await expect(traffic.send(request, undefined)).rejects.toMatchObject({ halt: "interrupted" });
  expect(times).toEqual([]);
});

test("waits for Retry-After once, and up to ten seconds", async () => {
  const patient = trafficWith([answer(429, 3), answer(200)]);
  await expect(patient.traffic.send(request, undefined)).resolves.toMatchObject({ status: 200 });
  expect(patient.times).toEqual([0, 3001]);
  const impatient = trafficWith([answer(429, 3600), answer(200)]);
  await expect(impatient.traffic.send(request, undefined)).resolves.toMatchObject({ status: 429 });
  expect(impatient.times).toEqual([0]);
});
