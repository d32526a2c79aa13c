/** Something to measure. */
export interface Contender {
  readonly name: string;
  /** Does the work once, for the token with this index. */
  readonly run: (index: number) => unknown;
  /** Whether `run` returns promises: each is awaited before the next call, as a server does per request. */
  readonly isAsync?: boolean;
}

/** How often and how long to measure. */
export interface Effort {
  readonly rounds: number;
  /** Milliseconds for each contender in each round. */
  readonly time: number;
}

/** Nanoseconds per operation: the median of the rounds. */
export type Timings = Readonly<Record<string, number>>;

/**
 * Measures contenders in interleaved rounds, so that other load on the machine affects all of them alike. The
 * order rotates with each round. The first round is a warm-up.
 */
export async function measure(contenders: readonly Contender[], effort: Effort): Promise<Timings> {
  const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round <= effort.rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const contender = contenders[(turn + round) % contenders.length] as Contender;
      const nanoseconds = await timeOf(contender, effort.time);
      if (round > 0) samples.get(contender.name)?.push(nanoseconds);
    }
  }
  return Object.fromEntries([...samples].map(([name, values]) => [name, median(values)]));
}

/** Operations between two readings of the clock. */
const batch = 50;

async function timeOf({ run, isAsync }: Contender, milliseconds: number): Promise<number> {
  const start = process.hrtime.bigint();
  const end = start + BigInt(milliseconds) * 1_000_000n;
  let done = 0;
  let now = start;
  while (now < end) {
    for (let index = done; index < done + batch; index++) {
      if (isAsync) await run(index);
      else run(index);
    }
    done += batch;
    now = process.hrtime.bigint();
  }
  return Number(now - start) / done;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
