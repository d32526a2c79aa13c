import { setImmediate } from "node:timers/promises";
import {
  createVerifier,
  type Principal,
  type RemoteJwksOptions,
  remoteJwks,
  type Verifier,
} from "@usher-auth/verify";
import { type Outcome, outcomeOf } from "./outcome.ts";

/** The settings of a key set that is fetched. Times are in seconds. */
type KeySetSettings = Pick<RemoteJwksOptions, "maxAge" | "maxStale" | "cooldown">;

/** What the issuer serves from now on: a response, or nothing because it cannot be reached. */
export type Served = {
  readonly status: number;
  readonly body: string;
  /** How many spaces follow the body. */
  readonly padding?: number;
  /** Default: `content-type: application/json`. */
  readonly headers?: Readonly<Record<string, string>>;
} | null;

/** A step at a time in seconds since the start: the issuer changes, or a request arrives. */
export type Step =
  | { readonly at: number; readonly issuerServes: Served }
  | { readonly at: number; readonly token: string };

/** The lifecycle of a key set. */
export interface KeySetVector {
  readonly name: string;
  readonly settings: KeySetSettings;
  readonly issuer: string;
  readonly audience: string;
  /** The time of the start, in seconds since 1970. */
  readonly start: number;
  readonly steps: readonly Step[];
}

/** What a request leads to, and how many fetches have begun since the start. */
export type StepOutcome = Outcome<{ readonly id: string }> & { readonly fetches: number };

/** Verifies a token. */
type Ask = (verifier: Verifier, token: string) => Promise<Outcome<{ readonly id: string }>>;

/**
 * Returns the outcome of each step with a token, in order.
 *
 * @param ask Default: the verifier itself, without a server around it.
 */
export async function runKeySet(vector: KeySetVector, ask: Ask = verify): Promise<readonly StepOutcome[]> {
  let at = 0;
  let served: Served = null;
  let fetches = 0;
  const clock = () => (vector.start + at) * 1000;
  const fetch = async (): Promise<Response> => {
    fetches++;
    if (served === null) throw new TypeError("connection refused");
    return new Response(served.body + " ".repeat(served.padding ?? 0), {
      status: served.status,
      headers: served.headers ?? json,
    });
  };
  const url = "https://app.example.com/api/auth/jwks";
  const { issuer, audience } = vector;
  const verifier = createVerifier({
    keys: remoteJwks(url, { ...vector.settings, fetch, clock, random: () => 0.5 }),
    issuer,
    audience,
    clock,
  });

  const outcomes: StepOutcome[] = [];
  for (const step of vector.steps) {
    at = step.at;
    if ("issuerServes" in step) {
      served = step.issuerServes;
      continue;
    }
    const outcome = await ask(verifier, step.token);
    await backgroundFetch();
    outcomes.push({ ...outcome, fetches });
  }
  return outcomes;
}

function verify(verifier: Verifier, token: string): Promise<Outcome<{ readonly id: string }>> {
  return outcomeOf(async () => acceptedBy(await verifier.verify(token)));
}

const json = { "content-type": "application/json" };

function acceptedBy({ id }: Principal): { readonly id: string } {
  return { id };
}

/** A fetch in the background ends before the next step. It takes a few turns of the event loop. */
async function backgroundFetch(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await setImmediate();
}
