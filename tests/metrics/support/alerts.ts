import { setTimeout as wait } from "node:timers/promises";
import { expect, vi } from "vitest";
import { factor, type Prometheus } from "./prometheus.ts";
import { during } from "./traffic.ts";

/** How an alert is made to fire. */
export interface Fault {
  /** The label `job` of the processes that are watched. */
  readonly job: string;
  /** The alerts that must fire. Others may. */
  readonly alerts: readonly string[];
  /** One request. They are sent all the time. */
  send(): Promise<unknown>;
  /** Breaks what the alerts watch. */
  damage(): Promise<unknown>;
  repair(): Promise<unknown>;
}

/** The names of the alerts that have fired in this suite. */
export const fired = new Set<string>();

/** Milliseconds: five minutes of production, without an alert. */
const health = 300_000 / factor;

const polling = { timeout: 100_000, interval: 250 };

/** Checks that nothing fires before the fault, that the alerts fire then, and that nothing does after the repair. */
export async function expectAlerts(prometheus: Prometheus, fault: Fault): Promise<void> {
  const { job, alerts, send, damage, repair } = fault;
  await during(send, async () => {
    await expectHealth(prometheus, job);
    await damage();
    await expectFiring(prometheus, job, alerts);
    await repair();
    await expectQuiet(prometheus, job);
  });
}

/** Checks that no alert fires in five minutes of production. */
export async function expectHealth(prometheus: Prometheus, job: string): Promise<void> {
  const end = performance.now() + health;
  while (performance.now() < end) {
    await wait(polling.interval);
    expect(await prometheus.firing(job)).toEqual([]);
  }
}

/** Waits for alerts, and checks that their texts are complete. */
export async function expectFiring(
  prometheus: Prometheus,
  job: string | undefined,
  alerts: readonly string[],
): Promise<void> {
  for (const alert of alerts) {
    await vi.waitFor(async () => expect(await prometheus.firing(job)).toContain(alert), polling);
    fired.add(alert);
  }
  for (const text of await prometheus.texts(job)) expect(text).not.toMatch(/\{\{|<no value>|<error|%!|NaN/);
}

/** Waits until no alert fires. */
export async function expectQuiet(prometheus: Prometheus, job: string | undefined): Promise<void> {
  await vi.waitFor(async () => expect(await prometheus.firing(job)).toEqual([]), polling);
}
