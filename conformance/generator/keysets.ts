import { runKeySet, type Served, type Step } from "../run/keysets.ts";
import { type PairName, publicJwk } from "./keys.ts";
import { audience, issuedAt, issuer, tokenOf } from "./token.ts";
import type { VectorFile } from "./vector-file.ts";

const settings = { maxAge: 600, maxStale: 86_400, cooldown: 30 } as const;
const day = 86_400;

const token = (pair: PairName, kid: string = pair) =>
  tokenOf({ alg: "EdDSA", key: { pair }, header: { kid }, claims: { exp: issuedAt + 40 * day } });
const ours = token("ed25519-1");
const next = token("ed25519-2");
const unknown = token("ed25519-unknown");

function keys(...pairs: PairName[]): { readonly status: number; readonly body: string } {
  const list = pairs.map((pair) => publicJwk(pair, { kid: pair, alg: "EdDSA" }));
  return { status: 200, body: JSON.stringify({ keys: list }) };
}

const html = { "content-type": "text/html" };

/** What a step expects: "accepted" or a code, and the number of fetches since the start. */
type Line =
  | readonly [at: number, serves: Served]
  | readonly [at: number, token: string, expect: string, fetches: number];

const timelines: Readonly<Record<string, readonly Line[]>> = {
  "the first token fetches the keys, and later ones do not": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [1, ours, "accepted", 1],
    [299, ours, "accepted", 1],
  ],
  "a refresh starts in the background at half of maxAge": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [300, ours, "accepted", 2],
    [301, ours, "accepted", 2],
    [599, ours, "accepted", 2],
    [600, ours, "accepted", 3],
  ],
  "after maxAge without requests, a request waits for newer keys": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [10, keys("ed25519-2")],
    [600, ours, "key_unknown", 3],
  ],
  "a rotation is seen by its first token": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [10, keys("ed25519-2", "ed25519-1")],
    [10, next, "accepted", 2],
    [10, ours, "accepted", 2],
  ],
  "a withdrawn key is accepted until the next refresh, and not after it": [
    [0, keys("ed25519-1", "ed25519-2")],
    [0, ours, "accepted", 1],
    [10, keys("ed25519-2")],
    [299, ours, "accepted", 1],
    [300, next, "accepted", 2],
    [301, ours, "key_unknown", 3],
  ],
  "a key that a refresh brings back is accepted again": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [10, keys("ed25519-2")],
    [11, next, "accepted", 2],
    [12, ours, "key_unknown", 3],
    [20, keys("ed25519-1", "ed25519-2")],
    [21, ours, "accepted", 4],
  ],
  "unknown keys may cause five fetches, then one per cooldown": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [1, unknown, "key_unknown", 2],
    [1, unknown, "key_unknown", 3],
    [1, unknown, "key_unknown", 4],
    [1, unknown, "key_unknown", 5],
    [1, unknown, "key_unknown", 6],
    [1, unknown, "keys_unavailable", 6],
    [1, ours, "accepted", 6],
    [30, unknown, "keys_unavailable", 6],
    [31, unknown, "key_unknown", 7],
    [32, unknown, "keys_unavailable", 7],
    [61, unknown, "key_unknown", 8],
  ],
  "a rotation while the budget is spent is unavailable, not unknown": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    ...[2, 3, 4, 5, 6].map((fetches) => [1, unknown, "key_unknown", fetches] as const),
    [2, keys("ed25519-2")],
    [2, next, "keys_unavailable", 6],
    [31, next, "accepted", 7],
  ],
  "a wrong signature with a known kid causes no fetch": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [1, token("ed25519-2", "ed25519-1"), "signature_invalid", 1],
    [1, token("ed25519-2", "ed25519-1"), "signature_invalid", 1],
  ],
  "an algorithm that no key set has causes no fetch": [
    [0, keys("ed25519-1")],
    [0, tokenOf(), "algorithm_rejected", 0],
  ],
  "a malformed token causes no fetch": [
    [0, keys("ed25519-1")],
    [0, "not.a.token", "token_malformed", 0],
  ],
  "an expired token of a known key causes no other fetch": [
    [0, keys("ed25519-1")],
    [
      0,
      tokenOf({
        alg: "EdDSA",
        key: { pair: "ed25519-1" },
        header: { kid: "ed25519-1" },
        claims: { exp: issuedAt - 60 },
      }),
      "token_expired",
      1,
    ],
    [1, ours, "accepted", 1],
  ],
  "an outage at the start is unavailable, and ends": [
    [0, null],
    [0, ours, "keys_unavailable", 1],
    [0, ours, "keys_unavailable", 1],
    [2, keys("ed25519-1")],
    [2, ours, "accepted", 2],
  ],
  "failures back off to a minute": [
    [0, null],
    [0, ours, "keys_unavailable", 1],
    [1, ours, "keys_unavailable", 2],
    [3, ours, "keys_unavailable", 3],
    [7, ours, "keys_unavailable", 4],
    [15, ours, "keys_unavailable", 5],
    [31, ours, "keys_unavailable", 6],
    [63, ours, "keys_unavailable", 7],
    [92, ours, "keys_unavailable", 7],
    [123, ours, "keys_unavailable", 8],
    [152, ours, "keys_unavailable", 8],
    [183, keys("ed25519-1")],
    [183, ours, "accepted", 9],
  ],
  "old keys serve through an outage, and unknown keys are unavailable": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [10, null],
    [300, ours, "accepted", 2],
    [300, next, "keys_unavailable", 2],
    [700, ours, "accepted", 3],
    [40_000, ours, "accepted", 4],
    [86_399, ours, "accepted", 5],
  ],
  "after maxStale, old keys are no longer accepted": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [10, null],
    [86_400, ours, "keys_unavailable", 2],
    [86_500, keys("ed25519-1")],
    [86_500, ours, "accepted", 3],
  ],
  "an outage ends, and the rotation during it is seen": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [10, null],
    [400, ours, "accepted", 2],
    [500, keys("ed25519-2")],
    [500, next, "accepted", 4],
    [501, ours, "key_unknown", 5],
  ],
  "404 is an outage": [
    [0, { status: 404, body: "not found" }],
    [0, ours, "keys_unavailable", 1],
  ],
  "500 with a key set in its body is an outage": [
    [0, { ...keys("ed25519-1"), status: 500 }],
    [0, ours, "keys_unavailable", 1],
  ],
  "a redirect is not followed": [
    [0, { status: 302, body: "", headers: { location: "https://other.example.com/jwks" } }],
    [0, ours, "keys_unavailable", 1],
  ],
  "an HTML page is an outage": [
    [0, { status: 200, body: "<!doctype html>", headers: html }],
    [0, ours, "keys_unavailable", 1],
  ],
  "text that is not JSON is an outage": [
    [0, { status: 200, body: "{" }],
    [0, ours, "keys_unavailable", 1],
  ],
  "JSON without keys is an outage": [
    [0, { status: 200, body: '{"error":"x"}' }],
    [0, ours, "keys_unavailable", 1],
  ],
  "an empty key set is an outage": [
    [0, { status: 200, body: '{"keys":[]}' }],
    [0, ours, "keys_unavailable", 1],
  ],
  "a document of more than 512 KiB is an outage": [
    [0, { ...keys("ed25519-1"), padding: 524_288 }],
    [0, ours, "keys_unavailable", 1],
  ],
  "an empty key set does not replace the keys": [
    [0, keys("ed25519-1")],
    [0, ours, "accepted", 1],
    [10, { status: 200, body: '{"keys":[]}' }],
    [300, ours, "accepted", 2],
    [302, ours, "accepted", 3],
  ],
};

export async function keySetsFile(): Promise<VectorFile> {
  const vectors = Object.entries(timelines).map(async ([name, lines]) => {
    const steps: Step[] = lines.map(([at, what]) =>
      typeof what === "string" ? { at, token: what } : { at, issuerServes: what },
    );
    const vector = { name, settings, issuer, audience, start: issuedAt, steps };
    const outcomes = [...(await runKeySet(vector))];
    const complete = steps.map((step, index) => {
      const [at, , expect, fetches] = lines[index] as Line & readonly unknown[];
      if ("issuerServes" in step) return step;
      const outcome = outcomes.shift() as (typeof outcomes)[number];
      const verdict = "refuses" in outcome ? outcome.refuses.code : "accepted";
      if (verdict !== expect || outcome.fetches !== fetches) {
        throw new Error(
          `"${name}" at ${at}: expected ${expect} and ${fetches} fetches, but it is ${verdict} and ${outcome.fetches}`,
        );
      }
      return { ...step, ...outcome };
    });
    return { ...vector, steps: complete };
  });
  return {
    name: "keysets",
    description:
      "The lifecycle of a key set that is fetched: what the issuer serves, and what tokens lead to.",
    content: { vectors: await Promise.all(vectors) },
  };
}
