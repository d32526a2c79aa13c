import { beforeEach, expect, test } from "vitest";
import { createDeliveryLog, type DeliveryLog } from "../../src/logout/delivery-log.ts";
import { ManualClock } from "./manual-clock.ts";

const minute = 60_000;

let clock: ManualClock;
let lines: string[];
let log: DeliveryLog;

beforeEach(() => {
  clock = new ManualClock();
  lines = [];
  const line = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  log = createDeliveryLog(
    "https://api.example.com",
    { info: line("info"), warn: line("warn"), error: line("error") },
    clock,
  );
});

const failed = (reason: string, attempts = 1) => log.failed(reason, attempts, 2000);

test("says why, how often it was tried, and when it is tried again", () => {
  log.failed("it answered 503", 3, 1234);
  expect(lines).toEqual([
    "warn: usherJwt: https://api.example.com did not accept a logout token (it answered 503). " +
      "Attempts so far: 3; next in 1.2 s",
  ]);
});

test("one line for a reason in five minutes, and one at once for another reason", () => {
  for (let second = 0; second < 300; second += 5) {
    failed("it answered 503", second);
    clock.advance(5000);
  }
  expect(lines).toHaveLength(1);
  failed("it answered 503", 99);
  expect(lines).toHaveLength(2);
  expect(lines[1]).toContain("Attempts so far: 99");
  failed("ECONNREFUSED");
  failed("it answered 503");
  failed("ECONNREFUSED");
  expect(lines).toHaveLength(3);
});

test("says that the endpoint accepts again only after a line that it does not", () => {
  log.accepted();
  failed("it answered 400");
  log.accepted();
  log.accepted();
  expect(lines.map((line) => line.slice(0, 4))).toEqual(["warn", "info"]);
  expect(lines[1]).toBe("info: usherJwt: https://api.example.com accepts logout tokens again");
});

test("a failure soon after a recovery gets a line, and an endpoint that does both all the time only some", () => {
  failed("it answered 503");
  log.accepted();
  failed("it answered 503");
  failed("it answered 503");
  expect(lines.map((line) => line.slice(0, 4))).toEqual(["warn", "info", "warn"]);
  for (let round = 0; round < 20; round += 1) {
    log.accepted();
    failed("it answered 503");
  }
  expect(lines).toHaveLength(20);
  clock.advance(5 * minute);
  failed("it answered 503");
  expect(lines).toHaveLength(21);
});

test("a backend that answers with any status gets a bounded number of lines", () => {
  for (let status = 200; status < 600; status += 1) failed(`it answered ${status}`);
  expect(lines).toHaveLength(10);
  clock.advance(5 * minute);
  failed("it answered 599");
  expect(lines).toHaveLength(11);
});

test("goes on when the clock is set back by an hour", () => {
  failed("it answered 503");
  clock.setBack(60 * minute);
  failed("it answered 503");
  failed("it answered 503");
  expect(lines).toHaveLength(2);
});
