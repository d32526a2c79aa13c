import { setTimeout as sleep } from "node:timers/promises";
import { createTestIssuer } from "@usher-auth/testing";
import type { SlowClient } from "../faults/support/slow-clients.ts";
import { seededRandom } from "../tokens/support/random.ts";
import { startSoakedApi } from "./api.ts";
import type { Reading } from "./monitor.ts";
import { keepSlowCompany, untilGone } from "./slow-load.ts";
import { Tally } from "./tally.ts";
import { names, Person } from "./user.ts";

/** The results of a soak test. Times in milliseconds, memory in megabytes. */
export interface SoakResult {
  readonly seconds: number;
  readonly restarts: number;
  readonly requests: number;
  readonly hostile: number;
  readonly unanswered: number;
  readonly wrong: number;
  readonly findings: readonly string[];
  readonly written: number;
  readonly lost: number;
  readonly crashed: boolean;
  /** Clients that never finished a request, and how many were still connected at the end. */
  readonly slow: number;
  readonly held: number;
  /** Log lines at level error or above, and log lines with a secret. */
  readonly errorsLogged: number;
  /** The first of those lines. */
  readonly firstErrorLogged: string | undefined;
  readonly secretsLogged: number;
  /** Before the load, after all restarts and warm-up (must not grow from there), and at the end. */
  readonly memoryAtRest: number;
  readonly memoryWhenWarm: number;
  readonly memoryAtEnd: number;
  readonly latencyP50: number;
  readonly latencyP99: number;
  readonly loopDelayP99: number;
  readonly loopDelayMax: number;
}

/**
 * Runs valid and hostile load of many users against the real API, kills it while they write, and
 * checks that nothing acknowledged was lost or shown to the wrong user.
 *
 * @param seconds The duration.
 * @param restarts How many times to kill it; memory is compared from the last restart on.
 * @param onProgress Called every second.
 */
export async function soak(
  seconds: number,
  restarts: number,
  onProgress: (elapsed: number, tally: Tally) => void = () => {},
): Promise<SoakResult> {
  const issuer = createTestIssuer();
  const api = await startSoakedApi(issuer);
  const tally = new Tally();
  const random = seededRandom(1);
  const people = names.map((id) => new Person(id, api.url(), issuer, random, tally));
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let isRestarting = false;

  async function live(person: Person): Promise<void> {
    while (elapsed() < seconds) {
      try {
        await person.act(people);
      } catch (error) {
        if (!isRestarting) tally.found(`a connection failed: ${(error as Error).message}`);
        tally.unanswered++;
        await sleep(50);
      }
    }
  }

  // There is a reading every half second.
  await sleep(1000);
  const memoryAtRest = api.reading().residentMemory;
  let whenWarm: Reading | undefined;
  let slow: readonly SlowClient[] = [];
  async function disturb(): Promise<void> {
    for (let done = 0; done < restarts; done++) {
      // All in the first part, so that memory is measured during the rest.
      await sleep((seconds * 400) / (restarts + 1));
      isRestarting = true;
      await api.restart();
      await sleep(500);
      isRestarting = false;
    }
    slow = keepSlowCompany(api.url(), issuer);
    await sleep(Math.max(1000, (seconds * 0.6 - elapsed()) * 1000));
    whenWarm = api.reading();
  }

  const ticking = setInterval(() => onProgress(elapsed(), tally), 1000);
  try {
    await Promise.all([disturb(), ...people.map(live)]);
    const atEnd = api.reading();
    await untilGone(slow);
    const { written, lost } = await countLost(people);
    const log = api.log();
    const errors = log.split("\n").filter((line) => /"level":(50|60)/.test(line));
    return {
      seconds,
      restarts,
      requests: tally.requests,
      hostile: tally.hostile,
      unanswered: tally.unanswered,
      wrong: tally.wrong,
      findings: tally.findings,
      written,
      lost,
      crashed: api.crashed(),
      slow: slow.length,
      held: slow.filter(({ isClosed }) => !isClosed()).length,
      errorsLogged: errors.length,
      firstErrorLogged: errors[0],
      secretsLogged:
        log.split(issuer.secret).length - 1 + (log.match(/eyJ[\w-]+\.[\w-]+\.[\w-]+/g) ?? []).length,
      memoryAtRest,
      memoryWhenWarm: whenWarm?.residentMemory ?? Number.NaN,
      memoryAtEnd: atEnd.residentMemory,
      latencyP50: tally.percentile(50),
      latencyP99: tally.percentile(99),
      loopDelayP99: atEnd.loopDelayP99,
      loopDelayMax: atEnd.loopDelayMax,
    };
  } finally {
    clearInterval(ticking);
    for (const client of slow) client.close();
    await api.stop();
  }
}

async function countLost(people: readonly Person[]): Promise<{ written: number; lost: number }> {
  let [written, lost] = [0, 0];
  for (const person of people) {
    const there = new Set((await person.everything()).map(({ id }) => id));
    written += person.acknowledged.size;
    lost += [...person.acknowledged].filter((id) => !there.has(id)).length;
  }
  return { written, lost };
}
