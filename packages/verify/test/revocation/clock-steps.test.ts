import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { createVerifier, sharedSecret } from "../../src/index.ts";
import {
  createRevocations,
  memoryRevocationStore,
  type Revocation,
  type RevocationStore,
} from "../../src/revocation/index.ts";
import { handClock, start, startSeconds, verdict } from "../support.ts";
import { handStore } from "./store.ts";

const [anHour, ended] = [
  3600,
  { kind: "session", id: "s1", before: startSeconds } as const satisfies Revocation,
];

// Its clock is right throughout.
const issuer = createTestIssuer({ clock: handClock() });
const token = issuer.tokenFor("alice", { claims: { sid: "s1" } });
const other = issuer.tokenFor("bob", { claims: { sid: "s2" } });

/** The system's clocks, which every part reads separately. */
function startProcess(aheadBy: number): void {
  vi.useFakeTimers({ toFake: ["Date", "performance"] });
  onTestFinished(() => void vi.useRealTimers());
  vi.setSystemTime(start + aheadBy * 1000);
}

async function follow(store: RevocationStore) {
  const revocations = createRevocations({ store, maxTokenAge: 900 });
  onTestFinished(() => revocations.close());
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations,
  });
  await verifier.ready();
  return { revocations, verifier };
}

describe("what was revoked stays revoked if the clock was ahead for a while", () => {
  it("since the start: revocations that seemed too old are loaded again", async () => {
    startProcess(anHour);
    const store = handStore();
    store.rows = [[ended]];
    const { verifier } = await follow(store);
    expect(verdict(verifier, token)).toBe("token_expired");
    vi.setSystemTime(start + 1000);
    expect(["token_revoked", "revocations_unavailable"]).toContain(verdict(verifier, token));
    await expect.poll(() => verdict(verifier, other), { timeout: 5000 }).toBe("accepted");
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("in between: revocations that were removed are loaded again", async () => {
    startProcess(0);
    const store = handStore();
    const { verifier } = await follow(store);
    await store.append([ended]);
    expect([verdict(verifier, token), verdict(verifier, other)]).toEqual(["token_revoked", "accepted"]);
    vi.setSystemTime(start + anHour * 1000);
    store.tell((listener) => listener.confirmed());
    vi.setSystemTime(start + 2000);
    // Before any look-up: an event makes it notice.
    store.tell((listener) => listener.confirmed());
    await expect.poll(() => verdict(verifier, other), { timeout: 5000 }).toBe("accepted");
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("with a store in memory", async () => {
    startProcess(0);
    const store = memoryRevocationStore({ maxTokenAge: 900 });
    const first = await follow(store);
    await first.revocations.revoke(ended);
    vi.setSystemTime(start + anHour * 1000);
    for (const id of ["a", "b", "c", "d"])
      await first.revocations.revoke({ kind: "session", id, before: startSeconds });
    vi.setSystemTime(start + 2000);
    for (const { verifier } of [first, await follow(store)]) {
      await expect.poll(() => verdict(verifier, other), { timeout: 5000 }).toBe("accepted");
      expect(verdict(verifier, token)).toBe("token_revoked");
    }
  });

  it("and a step that is too small to matter loads nothing", async () => {
    startProcess(0);
    const store = handStore();
    store.rows = [[{ ...ended, before: startSeconds - 1261 }]];
    const { verifier } = await follow(store);
    vi.setSystemTime(start - 4000);
    store.tell((listener) => listener.confirmed());
    expect([verdict(verifier, other), store.calls]).toEqual(["accepted", ["subscribe", "load"]]);
  });
});
