import { setTimeout as pause } from "node:timers/promises";
import { AuthError, ConfigurationError, type Verifier, verifierFromEnv } from "@usher-auth/verify";
import { keyUsage } from "@usher-auth/verify/keys";
import { keyKinds } from "../doctor/facts/key-kinds.ts";
import { type Answer, type NoAnswer, probe } from "../doctor/http/probe.ts";
import type { Environment } from "../terminal.ts";
import { type Line, line, type Section } from "./section.ts";
import { shownUrl } from "./shown-url.ts";

/** Milliseconds for the verifier to load keys. One fetch has five seconds. */
const loadTimeout = 7000;

/**
 * The public keys that an API with these settings verifies with, as its own verifier fetches them, and what a
 * cache between issuer and API may do with them. Undefined: it verifies with a secret only.
 */
export async function keysSection(environment: Environment): Promise<Section | undefined> {
  const { USHER_JWKS_URL: address } = environment;
  const url = address ? URL.parse(address) : null;
  if (!keyKinds(environment).has("jwks") || url === null) return undefined;
  let verifier: Verifier;
  try {
    verifier = verifierFromEnv(environment);
  } catch (error) {
    // The section of settings reports it.
    if (error instanceof ConfigurationError) return undefined;
    throw error;
  }
  const [failure, answer] = await Promise.all([loadKeys(verifier), probe(url)]);
  const keys = keyUsage(verifier)
    .filter(({ algorithm }) => !algorithm.startsWith("HS"))
    .map(({ kid, algorithm }) => ({ kid: kid ?? null, algorithm }));
  const cache = cacheHeaders(answer);
  return {
    name: "keys",
    lines: [
      keysLine(shownUrl(url.href), keys.length, failure),
      ...keys.map(({ kid, algorithm }) => line("note", `${algorithm}  kid ${kid ?? "(none)"}`)),
      ...cacheLine(cache),
    ],
    facts: { url: shownUrl(url.href), keys, cache, failure: failure ?? null },
  };
}

/** Why there are no keys; undefined if there are. */
async function loadKeys(verifier: Verifier): Promise<string | undefined> {
  const timeout = new AbortController();
  const late = pause(loadTimeout, `no keys within ${loadTimeout / 1000} s`, { signal: timeout.signal });
  const loaded = verifier.ready().then(
    () => undefined,
    (error: unknown) => (error instanceof AuthError ? (error.hint ?? error.message) : String(error)),
  );
  try {
    return await Promise.race([loaded, late]);
  } finally {
    timeout.abort();
    late.catch(() => undefined);
  }
}

function keysLine(address: string, count: number, failure: string | undefined): Line {
  if (failure !== undefined) {
    return line(
      "wrong",
      `No keys: ${failure}`,
      `npx usher-auth doctor --env .env --issuer <Better Auth's URL>`,
    );
  }
  if (count === 0) {
    return line("wrong", `${address} has no key that an API can use.`, "Read the warnings of the API's log.");
  }
  return line("ok", `${address} has ${count} key${count === 1 ? "" : "s"}`);
}

/** What HTTP caches may do with the answer (RFC 9111 section 5.2), and how old it is. */
interface CacheHeaders {
  readonly control: string | null;
  /** Seconds that the answer spent in a cache on the way. */
  readonly age: number | null;
}

function cacheHeaders(answer: Answer | NoAnswer): CacheHeaders {
  if (answer.kind === "none") return { control: null, age: null };
  const age = answer.headers.get("age");
  return {
    control: answer.headers.get("cache-control"),
    age: age !== null && /^\d{1,10}$/.test(age) ? Number(age) : null,
  };
}

function cacheLine({ control, age }: CacheHeaders): Line[] {
  const parts = [
    ...(control === null ? [] : [`Cache-Control: ${control}`]),
    ...(age === null ? [] : [`${age} s old, from a cache on the way`]),
  ];
  return parts.length === 0 ? [] : [line("note", parts.join("; "))];
}
