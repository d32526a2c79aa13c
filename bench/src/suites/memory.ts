import { createVerifier, type VerifierOptions } from "@usher-auth/verify";
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
  const { options, tokens } = prepare();
  const verifier = createVerifier(options);
  const empty = heap();
  // As requests bring them: each a text of its own, which only the cache keeps.
  for (const token of tokens) verifier.verifySync(Buffer.from(token).toString("latin1"));
  const full = heap();

  const signed = (tokens[0] as string).slice(0, (tokens[0] as string).lastIndexOf(".") + 1);
  for (let number = 0; number < count; number++) {
    const invalid = `${signed}${String(number).padStart(42, "A")}A`;
    try {
      verifier.verifySync(invalid);
    } catch {
      continue;
    }
    throw new Error("an invalid token was accepted");
  }
  const after = heap();
  // The originals, and the cache, are on the heap in every reading.
  verifier.verifySync(tokens.at(-1) as string);
  return { fullCache: (full - empty) / 1e6, afterInvalid: (after - full) / 1e6 };
}

/** In a function of its own, so that nothing of the making is left when measuring begins. */
function prepare(): { options: VerifierOptions; tokens: string[] } {
  const set = makeTokens("HS256", 530, 10_000);
  return {
    options: usherOptions(set),
    tokens: set.tokens.map((token) => Buffer.from(token).toString("latin1")),
  };
}

function heap(): number {
  if (globalThis.gc === undefined) throw new Error("run with --expose-gc");
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}
