import { createTestIssuer } from "@usher-auth/testing";
import { AuthError, createVerifier, sharedSecret, type Verifier } from "@usher-auth/verify";
import {
  createRevocations,
  memoryRevocationStore,
  type Revocation,
  type RevocationStore,
} from "@usher-auth/verify/revocation";
import { vi } from "vitest";
import type { Behaviour, UserFunction } from "../behaviours.ts";
import type { Callback, Outcome } from "../callback.ts";

const issuer = createTestIssuer();
const seconds = () => Math.floor(Date.now() / 1000);
const ended = (): Revocation => ({ kind: "session", id: "ended", before: seconds() });
const tokenOf = (sid: string) => issuer.tokenFor("alice", { claims: { sid } });

type Method = keyof RevocationStore | "unsubscribe";

/** A real store with one method that misbehaves while `misbehaves` is set, and the revocations on it. */
function prepare(method: Method, behaviour: Behaviour) {
  const state = { misbehaves: true };
  const real = memoryRevocationStore();
  let revocations: ReturnType<typeof createRevocations> | undefined;
  const wrap = (name: Method, good: UserFunction): UserFunction => {
    if (name !== method) return good;
    const bad = behaviour.of(good, () => {
      revocations?.status();
      revocations?.ready().catch(() => undefined);
    });
    return (...input) => (state.misbehaves ? bad : good)(...input);
  };
  const store = {
    load: wrap("load", () => real.load()),
    append: wrap("append", (batch) => real.append(batch)),
    subscribe: wrap("subscribe", async (listener) => wrap("unsubscribe", await real.subscribe(listener))),
  } as RevocationStore;
  revocations = createRevocations({ store, maxTokenAge: 900 });
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations,
  });
  return { state, revocations, verifier };
}

/** Every deadline is in our code, so that fake timers can pass it. */
async function withoutWaiting<Result>(work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    return await work();
  } finally {
    vi.useRealTimers();
  }
}

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  let outcome: Outcome | undefined;
  work().then(
    () => {
      outcome = "served";
    },
    (error: unknown) => {
      const isDown = error instanceof AuthError && error.code === "revocations_unavailable";
      outcome = isDown ? "unavailable" : "failed";
    },
  );
  for (let second = 0; second < 60 && outcome === undefined; second++)
    await vi.advanceTimersByTimeAsync(1000);
  return outcome ?? "failed";
}

/** A token of an ended session must be rejected, and one of another session accepted. */
async function ask(verifier: Verifier): Promise<void> {
  await verifier.verify(tokenOf("other"));
  const known = await verifier.verify(tokenOf("ended")).catch((error: AuthError) => error.code);
  if (known !== "token_revoked") throw new Error(`what was revoked: ${String(known)}`);
}

/** Misbehaves while it starts; then behaves again. */
async function whileStarting(method: Method, behaviour: Behaviour) {
  const { state, revocations, verifier } = prepare(method, behaviour);
  const during = await outcomeOf(async () => {
    await verifier.ready();
    await verifier.verify(tokenOf("other"));
  });
  state.misbehaves = false;
  const afterwards = await outcomeOf(async () => {
    // A failed attempt is repeated automatically within a second.
    while (revocations.status().state !== "current") {
      await verifier.ready().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    await revocations.revoke(ended());
    await ask(verifier);
  });
  await revocations.close();
  return { during, afterwards };
}

/** Misbehaves while something is revoked. */
async function whileRevoking(behaviour: Behaviour) {
  const { state, revocations, verifier } = prepare("append", behaviour);
  await revocations.ready();
  const revoke = async () => {
    await revocations.revoke(ended());
    await ask(verifier);
  };
  const during = await outcomeOf(revoke);
  state.misbehaves = false;
  const afterwards = await outcomeOf(revoke);
  await revocations.close();
  return { during, afterwards };
}

/** Misbehaves while it ends. */
async function whileClosing(behaviour: Behaviour) {
  const first = prepare("unsubscribe", behaviour);
  await first.revocations.ready();
  const during = await outcomeOf(() => first.revocations.close());
  const next = prepare("unsubscribe", behaviour);
  next.state.misbehaves = false;
  await next.revocations.ready();
  return { during, afterwards: await outcomeOf(() => next.revocations.close()) };
}

const fallible: Callback["expected"] = {
  usual: "served",
  throws: "unavailable",
  "throws a value that is not an Error": "unavailable",
  rejects: "unavailable",
  "returns a thenable that throws": "unavailable",
  "never settles": "unavailable",
};

export const revocationsCallbacks: readonly Callback[] = [
  {
    name: "verify RevocationStore subscribe",
    use: (behaviour) => withoutWaiting(() => whileStarting("subscribe", behaviour)),
    expected: fallible,
  },
  {
    name: "verify RevocationStore load",
    use: (behaviour) => withoutWaiting(() => whileStarting("load", behaviour)),
    expected: fallible,
  },
  {
    name: "verify RevocationStore append",
    use: (behaviour) => withoutWaiting(() => whileRevoking(behaviour)),
    expected: fallible,
  },
  {
    name: "verify RevocationStore unsubscribe",
    use: (behaviour) => withoutWaiting(() => whileClosing(behaviour)),
    expected: {
      usual: "served",
      throws: "failed",
      "throws a value that is not an Error": "failed",
      rejects: "failed",
      "returns a thenable that throws": "failed",
      "never settles": "failed",
    },
  },
];
