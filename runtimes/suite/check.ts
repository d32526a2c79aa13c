import { AuthError } from "@usher-auth/verify";

/** One thing that must hold on every runtime. A check that fails throws. */
export interface Check {
  readonly name: string;
  readonly run: () => void | Promise<void>;
}

/** What a check came to; `failure` is absent where it passed. */
export interface Result {
  readonly name: string;
  readonly failure?: string;
}

/** Runs all checks, one after the other, each to its end whatever the others do. */
export async function runChecks(checks: readonly Check[]): Promise<Result[]> {
  const results: Result[] = [];
  for (const { name, run } of checks) {
    try {
      await run();
      results.push({ name });
    } catch (error) {
      results.push({ name, failure: describe(error) });
    }
  }
  return results;
}

function describe(error: unknown): string {
  if (error instanceof AuthError) return `${error.code}: ${error.hint}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Without a test framework: none runs on all of these runtimes. */
export function same(actual: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (left !== right) throw new Error(`expected ${right}, and it is ${left}`);
}

/** The code of what `run` throws, or `accepted`. Anything but an AuthError is a failure. */
export async function verdict(run: () => unknown): Promise<string> {
  try {
    await run();
    return "accepted";
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
}
