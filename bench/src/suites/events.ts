import type { TokenClaims } from "@usher-auth/verify";
import { createVerifier, isAuthError } from "@usher-auth/verify";
import { subscribe, type UsherEvents } from "@usher-auth/verify/events";
import { createGuard } from "@usher-auth/verify/guard";
import { usherOptions } from "../contenders.ts";
import { type Contender, type Effort, measure, type Timings } from "../rounds.ts";
import { makeTokens } from "../tokens.ts";

const names: readonly (keyof UsherEvents)[] = ["usher:verify", "usher:accept", "usher:reject"];

/**
 * A guard that accepts requests with a thousand cached tokens, and that refuses requests without one: without
 * a subscriber, and with one for each event of a request.
 */
export async function events(effort: Effort): Promise<Timings> {
  const without = await measure(guarded(""), effort);
  const stops = names.map((name) => subscribe(name, () => undefined));
  try {
    return { ...without, ...(await measure(guarded(", observed"), effort)) };
  } finally {
    for (const stop of stops) stop();
  }
}

function guarded(suffix: string): readonly Contender[] {
  const set = makeTokens("HS256", 530, 1000);
  const verifier = createVerifier(usherOptions(set));
  const headers = set.tokens.map((token) => `Bearer ${token}`);
  const source = { method: "GET", url: "/api/alice/tasks" };
  const options = { verifier, ownerParam: null };
  const host = { adapter: "bench", describe: ({ method, url }: typeof source) => ({ method, path: url }) };
  const quiet = createGuard<TokenClaims, typeof source>({ ...options, log: false }, host);
  // The log writes one line a second, to nowhere.
  const logging = createGuard<TokenClaims, typeof source>({ ...options, log: () => undefined }, host);
  const request = { tokenInQuery: false, params: {}, ownerParams: [], source };
  const refuse = (guard: typeof quiet) => () => {
    try {
      guard.admit({ ...request, authorization: undefined });
    } catch (error) {
      if (isAuthError(error)) return guard.refuse(error, source);
    }
    throw new Error("a request without a token was accepted");
  };
  // A round may be too short to use every token once.
  for (const token of set.tokens) verifier.verifySync(token);
  return [
    {
      name: `accepted${suffix}`,
      run: (index) => quiet.admit({ ...request, authorization: headers[index % 1000] }),
    },
    { name: `refused${suffix}`, run: refuse(quiet) },
    { name: `refused and logged${suffix}`, run: refuse(logging) },
  ];
}
