import { afterEach, beforeEach, vi } from "vitest";
import type { Browser } from "../instance.ts";
import { readJws } from "../jws.ts";

const start = Date.parse("2026-11-01T10:00:00.400Z");

/** Whole seconds: when each test starts. */
export const startTime = Math.floor(start / 1000);

/** Sets the date for each test of the file; timers run as always. */
export function useClock(): void {
  beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }).setSystemTime(start));
  afterEach(() => void vi.useRealTimers());
}

/** @param seconds - how much later it is from now on */
export function pass(seconds: number): void {
  vi.setSystemTime(Date.now() + seconds * 1000);
}

/** When the user signed in, in seconds after the start, by a new token. Undefined: the token does not say. */
export async function signedInAfter(browser: Browser): Promise<number | undefined> {
  return secondsAfterStart(await browser.token());
}

export function secondsAfterStart(token: string): number | undefined {
  const { auth_time: time } = readJws(token).payload;
  return time === undefined ? undefined : Number(time) - startTime;
}
