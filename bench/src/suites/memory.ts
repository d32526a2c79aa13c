import { createVerifier, type VerifierOptions } from "@usher-auth/verify";
import { usherOptions } from "../contenders.ts";
import { makeTokens } from "../tokens.ts";

/** Megabytes of heap. */
export interface MemoryResult {
  /** Added by 10,000 cached tokens of 530 characters. */
  readonly fullCache: number;
  /** Added by a million distinct invalid tokens. */
  readonly afterInvalid: number;
}

/**
 * Needs `--expose-gc`.
 *
 * @param count How many invalid tokens to verify.
 */
export function memory(count: number): MemoryResult {
  const { options, tokens } = prepare();
  const verifier = createVerifier(options);
  const empty = heap();
  // As in requests: each token is a new string, which only the cache keeps.
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

/** A separate function, so that nothing else that it allocates is alive while the heap is measured. */
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
