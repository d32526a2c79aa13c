import { createVerifier } from "@usher-auth/verify";
import { usherOptions } from "../contenders.ts";
import { makeTokens } from "../tokens.ts";

/** Megabytes of heap. */
export interface MemoryResult {
  /** What 10,000 remembered tokens of 530 characters add. */
  readonly fullCache: number;
  /** What a million distinct invalid tokens leave behind. */
  readonly afterInvalid: number;
}

/** Needs `--expose-gc`. `count`: how many invalid tokens. */
export function memory(count: number): MemoryResult {
  const set = makeTokens("HS256", 530, 10_000);
  // Flat texts: what a text that was put together costs changes when it is first read.
  const tokens = set.tokens.map((token) => Buffer.from(token).toString("latin1"));
  const verifier = createVerifier(usherOptions(set));
  // As a request brings them: each a text of its own, which only the cache keeps.
  const arriving = (token: string) => Buffer.from(token).toString("latin1");
  const empty = heap();
  for (const token of tokens) verifier.verifySync(arriving(token));
  const full = heap();

  const template = tokens[0] as string;
  const signature = template.lastIndexOf(".") + 1;
  for (let number = 0; number < count; number++) {
    const invalid = `${template.slice(0, signature)}${String(number).padStart(42, "A")}A`;
    try {
      verifier.verifySync(invalid);
    } catch {
      continue;
    }
    throw new Error("an invalid token was accepted");
  }
  const after = heap();
  // The originals must be on the heap in every reading, and so until the last.
  if (tokens.length === 0) throw new Error("there are no tokens");
  return { fullCache: (full - empty) / 1e6, afterInvalid: (after - full) / 1e6 };
}

function heap(): number {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
