import { createTestIssuer } from "@usher-auth/testing";
import {
  AuthError,
  createVerifier,
  isAuthError,
  type KeySource,
  remoteJwks,
  sharedSecret,
  type Verifier,
} from "@usher-auth/verify";
import type { WaitUntil } from "@usher-auth/verify/guard";
import { keySource, keyStatus, keyUsage, type RemoteKeys, reloadedSecret } from "@usher-auth/verify/keys";
import { eagerly } from "../../../../packages/verify/src/verifier/internals.ts";
import type { Behaviour, BehaviourName, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const start = Date.parse("2026-01-01T00:00:00Z");

/** Returns the misbehaving form of a good callback while it must misbehave. */
type Wrap = <Good extends UserFunction>(good: Good) => Good;

/** A row's setup: a verifier whose user code is wrapped, and how it is called. */
interface Trial {
  readonly verifier: Verifier;
  /** A valid token; a new one each time, so that none is cached. */
  token(): string;
  /** Default: `verify`. */
  readonly ask?: (token: string) => unknown;
}

/** The time in seconds that passes before the first call and between the two. */
interface Passing {
  readonly before?: number;
  readonly between?: number;
}

function row(
  name: string,
  expected: Callback["expected"],
  setUp: (wrap: Wrap, clock: () => number, misbehaves: () => boolean) => Trial | Promise<Trial>,
  { before = 0, between = 61 }: Passing = {},
): Callback {
  return {
    name: `verify ${name}`,
    expected,
    use: async (behaviour: Behaviour) => {
      let [now, misbehaves] = [start, false];
      const wrap: Wrap = (good) => {
        const bad = behaviour.of(good, () => callBack(trial));
        return ((...input) => (misbehaves ? bad : good)(...input)) as typeof good;
      };
      const trial: Trial = await setUp(
        wrap,
        () => now,
        () => misbehaves,
      );
      now += before * 1000;
      misbehaves = true;
      const during = await outcomeOf(trial);
      misbehaves = false;
      now += between * 1000;
      return { during, afterwards: await outcomeOf(trial) };
    },
  };
}

/** Called by a callback with the verifier that calls it. */
function callBack({ verifier, token }: Trial): void {
  verifier.verify(token()).catch(() => undefined);
  verifier.ready().catch(() => undefined);
  keyStatus(verifier);
  keyUsage(verifier);
}

async function outcomeOf({ verifier, token, ask = verifier.verify }: Trial): Promise<Outcome> {
  try {
    await ask(token());
    return "served";
  } catch (error) {
    if (!isAuthError(error)) return "failed";
    return error.code === "keys_unavailable" ? "unavailable" : "refused";
  }
}

const made = (keys: KeySource, clock: () => number, algorithm: "HS256" | "ES256" = "HS256") => {
  const issuer = createTestIssuer({ algorithm, clock, secret });
  const { issuer: name, audience } = issuer;
  return { issuer, verifier: createVerifier({ keys, issuer: name, audience, clock }) };
};
const secret = "k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t";
const timeout = 1;

/** Any failure means that the source cannot answer now. */
const asynchronous: Callback["expected"] = {
  usual: "served",
  throws: "unavailable",
  "throws a value that is not an Error": "unavailable",
  rejects: "unavailable",
  "returns a thenable that throws": "unavailable",
  "never settles": "unavailable",
};
const promises: readonly BehaviourName[] = [
  "rejects",
  "returns a promise",
  "returns a thenable",
  "returns a thenable that throws",
  "never settles",
];
const throwing: readonly BehaviourName[] = ["throws", "throws a value that is not an Error"];
const each = (names: readonly BehaviourName[], outcome: Outcome) =>
  Object.fromEntries(names.map((name) => [name, outcome]));

const own = sharedSecret(secret);
const healthy: RemoteKeys = {
  maintain: () => undefined,
  overdue: () => false,
  unavailable: () => undefined,
  refresh: async () => undefined,
  status: () => ({ state: "fresh" }),
};

/** A custom key source. With `isMissing`, it has no keys while it misbehaves. */
function ownRow(
  name: string,
  expected: Callback["expected"],
  misbehaving: (wrap: Wrap, find: () => void) => Partial<KeySource>,
  isMissing = false,
): Callback {
  return row(`KeySource ${name}`, expected, (wrap, clock, misbehaves) => {
    let isFound = false;
    const candidates: KeySource["candidates"] = (header) =>
      isMissing && misbehaves() && !isFound ? [] : own.candidates(header);
    const find = () => {
      isFound = true;
    };
    const { issuer, verifier } = made(keySource({ ...own, candidates, ...misbehaving(wrap, find) }), clock);
    return { verifier, token: () => issuer.tokenFor("alice") };
  });
}

const remote = (change: Partial<RemoteKeys>): Partial<KeySource> => ({
  remote: { ...healthy, timeout: 300, ...change },
});

export const keysCallbacks: readonly Callback[] = [
  row("reloadedSecret load", asynchronous, (wrap, clock) => {
    const load = wrap((_signal: AbortSignal) => secret);
    const { issuer, verifier } = made(reloadedSecret(load, { clock, timeout }), clock);
    return { verifier, token: () => issuer.tokenFor("alice") };
  }),
  row("remoteJwks fetch", asynchronous, (wrap, clock) => {
    const issuer = createTestIssuer({ algorithm: "ES256", clock });
    const fetch = wrap(async (_url: string, _init: RequestInit) => Response.json(issuer.jwks()));
    const keys = remoteJwks("https://app.example.com/jwks", { fetch, clock, timeout });
    const verifier = createVerifier({ keys, issuer: issuer.issuer, audience: issuer.audience, clock });
    return { verifier, token: () => issuer.tokenFor("alice") };
  }),
  row(
    "verifyEagerly waitUntil",
    { usual: "served" },
    async (wrap, clock) => {
      const issuer = createTestIssuer({ algorithm: "ES256", clock });
      const fetch = async () => Response.json(issuer.jwks());
      const keys = remoteJwks("https://app.example.com/jwks", { fetch, clock });
      const verifier = createVerifier({ keys, issuer: issuer.issuer, audience: issuer.audience, clock });
      await verifier.ready();
      const waitUntil = wrap((_work: Promise<unknown>) => undefined) as WaitUntil;
      return {
        verifier,
        token: () => issuer.tokenFor("alice"),
        ask: (token) => eagerly(verifier)(token, waitUntil),
      };
    },
    { before: 300, between: 301 },
  ),
  ownRow("candidates", { usual: "served", ...each([...throwing, ...promises], "unavailable") }, (wrap) => ({
    candidates: wrap((header) => own.candidates(header)),
  })),
  ownRow(
    "verify of a key",
    // Only `true` accepts a signature: a promise does not.
    { usual: "served", ...each(throwing, "unavailable"), ...each(promises, "refused") },
    (wrap) => ({
      candidates: (header) =>
        own.candidates(header).map((key) => ({ algorithm: key.algorithm, verify: wrap(key.verify) })),
    }),
  ),
  ownRow("keys", { usual: "served" }, (wrap) => ({ keys: wrap(() => own.keys?.() ?? []) })),
  // Called for the hint if no key signed the token.
  row("KeySource description", { usual: "refused" }, (wrap, clock, misbehaves) => {
    const { issuer, verifier } = made(keySource({ ...own, description: wrap(() => "a vault") }), clock);
    return { verifier, token: () => issuer.tokenFor("alice", misbehaves() ? { tampered: true } : {}) };
  }),
  ownRow("remote.maintain", { usual: "served" }, (wrap) => remote({ maintain: wrap(() => undefined) })),
  ownRow("remote.overdue", { usual: "served" }, (wrap) => remote({ overdue: wrap(() => false) })),
  ownRow("remote.status", { usual: "served" }, (wrap) =>
    remote({ status: wrap(() => ({ state: "fresh" as const })) }),
  ),
  ownRow(
    "remote.unavailable",
    { usual: "unavailable" },
    (wrap) => remote({ unavailable: wrap(() => new AuthError("keys_unavailable")) }),
    true,
  ),
  ownRow(
    "remote.refreshing",
    { usual: "served" },
    (wrap, find) => remote({ refresh: async () => find(), refreshing: wrap(() => false) }),
    true,
  ),
  ownRow("remote.refresh", asynchronous, (wrap, find) => remote({ refresh: wrap(async () => find()) }), true),
];
