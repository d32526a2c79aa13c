import { findProgram } from "@usher-auth/e2e/find-program";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { checkDashboard } from "./checks/dashboard.ts";
import { checkGuide } from "./checks/guide.ts";
import { checkKeys } from "./checks/keys.ts";
import { checkNumbers } from "./checks/numbers.ts";
import { checkRequests } from "./checks/requests.ts";
import { checkRevocations } from "./checks/revocations.ts";
import { expectFiring, fired } from "./support/alerts.ts";
import { type Prometheus, startPrometheus } from "./support/prometheus.ts";
import { shippedRules } from "./support/scaled-rules.ts";

// A Prometheus server, which scrapes real processes. It has the rules of the package, in which every duration
// is shorter by one factor: see support/prometheus.ts.

const isMissing = findProgram("prometheus") === undefined;
let started: Prometheus | undefined;
const prometheus = () => started as Prometheus;

beforeEach(({ skip }) => {
  if (isMissing) skip("there is no prometheus: apt-get install prometheus");
});
beforeAll(async () => {
  if (!isMissing) started = await startPrometheus();
});
afterAll(async () => {
  const output = started?.output() ?? "";
  await started?.close();
  expect(output).toBe("");
});

test("UsherAbsent: no process is scraped", async () => {
  await expectFiring(prometheus(), undefined, ["UsherAbsent"]);
});

describe.concurrent("with processes", () => {
  // Those that take longest come first.
  checkRequests(prometheus);
  checkRevocations(prometheus);
  checkKeys(prometheus);
  checkNumbers(prometheus);
});

test("every alert of the package has fired", () => {
  const alerts = shippedRules().flatMap(({ alert }) => alert ?? []);
  expect([...fired].sort()).toEqual(alerts.sort());
});

describe("the dashboard", () => checkDashboard(prometheus));
checkGuide(prometheus);
