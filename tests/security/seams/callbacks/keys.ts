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
import { keyStatus, keyUsage, type RemoteKeys, reloadedSecret } from "@usher-auth/verify/keys";
import { eagerly } from "../../../../packages/verify/src/verifier/internals.ts";
import type { Behaviour, BehaviourName, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const start = Date.parse("2026-01-01T00:00:00Z");

/** Makes the misbehaving form of a good callback, as long as it is to misbehave. */
type Wrap = <Good extends UserFunction>(good: Good) => Good;

/** What a row sets up: a verifier whose user code is wrapped, and how it is asked. */
interface Trial {
  readonly verifier: Verifier;
  /** A token that is good. A new one each time, so that none is remembered. */
  token(): string;
  /** Default: `verify`. */
  readonly ask?: (token: string) => unknown;
}

/** Time goes on by this much in seconds, before the first call and between the two. */
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

/** What a callback may do with the verifier that it is called by. */
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

/** Whatever does not end well is a source that cannot say now. */
const asynchronous: Callback["expected"] = {
  usual: "served",
  throws: "unavailable",
  "throws what is no Error": "unavailable",
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
const throwing: readonly BehaviourName[] = ["throws", "throws what is no Error"];
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

/** A source of an application's own making. While it misbehaves its keys are missing, where `isMissing`. */
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
    const { issuer, verifier } = made({ ...own, candidates, ...misbehaving(wrap, find) }, clock);
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
  // Asked for the hint, where no key has signed a token.
  row("KeySource description", { usual: "refused" }, (wrap, clock, misbehaves) => {
    const { issuer, verifier } = made({ ...own, description: wrap(() => "a vault") }, clock);
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
