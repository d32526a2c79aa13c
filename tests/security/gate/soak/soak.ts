import { setTimeout as sleep } from "node:timers/promises";
import { createTestIssuer } from "@usher-auth/testing";
import { Agent } from "undici";
import { seededRandom } from "../../tokens/support/random.ts";
import type { Memory } from "./monitor.ts";
import { Failed, kinds } from "./requests.ts";
import { type System, startSystem } from "./system.ts";
import { Tally } from "./tally.ts";

/** The results of a soak. */
export interface SoakResult {
  readonly seconds: number;
  readonly tally: Tally;
  /** How often each process was killed. */
  readonly killed: { readonly gate: number; readonly backend: number };
  readonly crashed: boolean;
  /** Lines of the gate's log about its errors, and lines with a token or the secret. */
  readonly errorsLogged: readonly string[];
  readonly secretsLogged: number;
  /** After the gate's last restart and some load, and at the end. */
  readonly memoryWhenWarm: Memory;
  readonly memoryAtEnd: Memory;
}

const users = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"];
/** Requests of each user at a time. */
const lanes = 3;
/** Milliseconds after which a request counts as hung. The slowest kinds take two seconds on an idle machine. */
const bound = 120_000;

/** Sends mixed load for a time, and kills the gate in its first third and the backend in its first two thirds. */
export async function soak(
  seconds: number,
  onProgress: (tally: Tally) => void = () => {},
): Promise<SoakResult> {
  const issuer = createTestIssuer();
  const system = await startSystem(issuer);
  const tally = new Tally();
  const random = seededRandom(20);
  const start = performance.now();
  const end = start + seconds * 1000;
  const disturbances: Disturbances = { killed: { gate: 0, backend: 0 }, windows: [] };
  const dispatcher = new Agent({ connections: 64, bodyTimeout: bound, headersTimeout: bound });
  let nonces = 0;

  async function live(user: string): Promise<void> {
    let token = "";
    let issued = Number.NEGATIVE_INFINITY;
    while (performance.now() < end) {
      // Tokens change while connections stay.
      if (performance.now() - issued > 20_000) {
        token = issuer.tokenFor(user, { expiresIn: 120 });
        issued = performance.now();
      }
      const kind = random.pick(Object.keys(kinds));
      const other = users[
        (users.indexOf(user) + 1 + random.integer(users.length - 1)) % users.length
      ] as string;
      const call = { url: system.url, dispatcher, user, token, other, nonce: String(nonces++), random };
      const began = performance.now();
      try {
        if (await endsInTime(kinds[kind]?.(call))) tally.succeeded(kind);
        else {
          tally.hung++;
          tally.found(`${kind} did not end`);
        }
      } catch (error) {
        const mayFail = error instanceof Failed && overlaps(disturbances, began);
        if (mayFail) {
          tally.cut++;
          await sleep(200);
        } else
          tally.found(
            `${((performance.now() - start) / 1000).toFixed(1)} s: ${kind}: ${(error as Error).message}`,
          );
      }
    }
  }

  const ticking = setInterval(() => onProgress(tally), 1000);
  try {
    const living = Promise.all(users.flatMap((user) => Array.from({ length: lanes }, () => live(user))));
    await disturb(system, disturbances, "gate", seconds / 3);
    const warm = sleep((seconds * 1000) / 6).then(system.memory);
    await disturb(system, disturbances, "backend", seconds / 3);
    const memoryWhenWarm = await warm;
    await living;
    // What the last requests have left is collected in the meantime.
    await sleep(3000);
    const log = system.log();
    return {
      seconds,
      tally,
      killed: disturbances.killed,
      crashed: system.hasCrashed(),
      errorsLogged: log.split("\n").filter((line) => /"level":(?:50|60)|unhandled|^\s+at /i.test(line)),
      secretsLogged: log.split(issuer.secret).length - 1 + log.split(/eyJ[\w-]+\.eyJ/).length - 1,
      memoryWhenWarm,
      memoryAtEnd: system.memory(),
    };
  } finally {
    clearInterval(ticking);
    await dispatcher.destroy();
    await system.stop();
  }
}

/** Whether a request ends before the bound. Rejects if it does. */
async function endsInTime(ended: Promise<void> | undefined): Promise<boolean> {
  const timer = new AbortController();
  const late = sleep(bound, false, { signal: timer.signal }).catch(() => false);
  try {
    return await Promise.race([Promise.resolve(ended).then(() => true), late]);
  } finally {
    timer.abort();
  }
}

/** When something was killed and until it had served for a second again. Milliseconds. */
interface Disturbances {
  readonly killed: { gate: number; backend: number };
  readonly windows: { readonly from: number; until: number }[];
}

/** Kills a process about every ten seconds, at random. */
async function disturb(
  system: System,
  { killed, windows }: Disturbances,
  part: "gate" | "backend",
  seconds: number,
): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end - 3000) {
    await sleep(2000 + Math.random() * 8000);
    const window = { from: performance.now(), until: Number.POSITIVE_INFINITY };
    windows.push(window);
    await system.restart(part);
    killed[part]++;
    window.until = performance.now() + 1000;
  }
}

/** Whether something was killed between a time and now. */
function overlaps({ windows }: Disturbances, began: number): boolean {
  return windows.some(({ until }) => until >= began);
}
