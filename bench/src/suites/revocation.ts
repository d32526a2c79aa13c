import { randomUUID } from "node:crypto";
import { createVerifier, type Revocations } from "@usher-auth/verify";
import { createRevocations, type Revocation } from "@usher-auth/verify/revocation";
import { usherOptions } from "../contenders.ts";
import { type Effort, measure, type Timings } from "../rounds.ts";
import { makeTokens } from "../tokens.ts";

const batchLength = 10_000;

/**
 * Verifies a thousand cached tokens without revocations and with `count` of them, and measures a single
 * revocation check.
 */
export async function lookUp(count: number, effort: Effort): Promise<Timings> {
  const set = makeTokens("HS256", 530, 1000);
  const revocations = await follow(makeBatches(count));
  const [without, listed] = [{}, { revocations }].map((more) =>
    createVerifier({ ...usherOptions(set), ...more }),
  );
  const token = (index: number) => set.tokens[index % 1000] as string;
  const claims = set.tokens.map((text) =>
    JSON.parse(Buffer.from(text.split(".")[1] ?? "", "base64url").toString()),
  );
  const now = Date.now() / 1000;
  return measure(
    [
      { name: "without", run: (index) => without?.verifySync(token(index)) },
      { name: "with", run: (index) => listed?.verifySync(token(index)) },
      { name: "one look-up", run: (index) => revocations.check(claims[index % 1000], now) },
    ],
    effort,
  );
}

/** Megabytes of heap for `count` live revocations. Needs `--expose-gc`. */
export async function revocationMemory(count: number): Promise<{ readonly revocations: number }> {
  const before = heap();
  const revocations = await follow(makeBatches(count));
  const after = heap();
  if (revocations.status().entries !== count) throw new Error("some revocations were not stored");
  return { revocations: (after - before) / 1e6 };
}

/** Seconds to load `count` revocations from a store that has its rows in memory. */
export async function loading(count: number): Promise<{ readonly revocations: number }> {
  const batches = [...makeBatches(count)];
  const start = performance.now();
  await follow(batches);
  return { revocations: (performance.now() - start) / 1000 };
}

/** Sessions that have just ended, as a database driver returns them. */
function* makeBatches(count: number): Generator<Revocation[]> {
  const before = Math.floor(Date.now() / 1000);
  for (let made = 0; made < count; made += batchLength) {
    yield Array.from({ length: Math.min(batchLength, count - made) }, () => ({
      kind: "session",
      id: randomUUID(),
      before,
    }));
  }
}

/** Revocations that stay fresh for an hour: the event loop is blocked while a round is measured. */
async function follow(batches: Iterable<Revocation[]>): Promise<Revocations> {
  const store = {
    load: async function* () {
      yield* batches;
    },
    append: async () => {},
    subscribe: async () => async () => {},
  };
  const revocations = createRevocations({ store, maxTokenAge: 86_400, maxStaleness: 3600 });
  await revocations.ready();
  return revocations;
}

function heap(): number {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
