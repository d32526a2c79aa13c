import { describe, expect, it, onTestFinished } from "vitest";
import { ConfigurationError } from "../../src/index.ts";
import { createRevocations, type Revocation } from "../../src/revocation/index.ts";
import { createRevokingBench } from "../revoking.ts";
import { createBench, refusal, startSeconds, verdict } from "../support.ts";

const all: Revocation["kind"][] = ["token", "session", "user"];
const ids = { token: "j1", session: "s1", user: "alice" };
const hints = {
  token: "this token (its jti) was revoked",
  session: "its session (sid) has ended",
  user: "everything of this user (sub) up to a time was revoked, and it was issued at or before that",
};
const alices = { claims: { jti: "j1", sid: "s1" } };

describe("createRevocations", () => {
  it.each(all)(
    "rejects tokens revoked by %s: the cache checks revocations again on every hit",
    async (kind) => {
      const { issuer, verifier, revocations } = await createRevokingBench();
      const seen = issuer.tokenFor("alice", alices);
      const fresh = issuer.tokenFor("alice", { claims: { ...alices.claims, fresh: true } });
      const another = issuer.tokenFor("bob", { claims: { jti: "j2", sid: "s2" } });
      expect([seen, another].map((token) => verdict(verifier, token))).toEqual(["accepted", "accepted"]);
      await revocations.revoke({ kind, id: ids[kind], before: startSeconds });
      expect([seen, fresh, seen].map((token) => verdict(verifier, token))).toEqual(
        Array(3).fill("token_revoked"),
      );
      expect(verdict(verifier, another)).toBe("accepted");
      expect(refusal(() => verifier.verifySync(seen)).hint).toBe(hints[kind]);
    },
  );

  it("does not confuse ids of different kinds", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const token = issuer.tokenFor("alice", alices);
    await revocations.revoke([
      { kind: "user", id: "s1", before: startSeconds },
      { kind: "session", id: "j1", before: startSeconds },
      { kind: "token", id: "alice", before: startSeconds },
    ]);
    expect(verdict(verifier, token)).toBe("accepted");
  });

  it("rejects a user's tokens issued at or before the time, and none after it", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const issuedAt = (iat: number) => issuer.tokenFor("alice", { claims: { iat } });
    await revocations.revoke({ kind: "user", id: "alice", before: startSeconds - 10 });
    // An older time that arrives late does not shorten it.
    await revocations.revoke({ kind: "user", id: "alice", before: startSeconds - 20 });
    const verdicts = [-11, -10, -9].map((offset) => verdict(verifier, issuedAt(startSeconds + offset)));
    expect(verdicts).toEqual(["token_revoked", "token_revoked", "accepted"]);
  });

  it("rejects a token without iat if its user has an entry; one without sid and jti matches neither", async () => {
    const { revocations } = await createRevokingBench();
    await revocations.revoke([
      { kind: "user", id: "alice", before: startSeconds - 600 },
      { kind: "session", id: "undefined", before: startSeconds },
    ]);
    expect(refusal(() => revocations.check({ sub: "alice" })).code).toBe("token_revoked");
    for (const token of [{ sub: "bob" }, { sub: "alice", iat: startSeconds }]) {
      expect(() => revocations.check(token)).not.toThrow();
    }
  });

  it("does not depend on the token's text: the same claims in another spelling are revoked too", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    const spelt = issuer.tokenFor("alice", { ...alices, header: { typ: "jwt" } });
    const otherwise = issuer.tokenFor("alice", { ...alices, header: { typ: undefined } });
    await revocations.revoke({ kind: "token", id: "j1", before: startSeconds });
    expect([spelt, otherwise].map((token) => verdict(verifier, token))).toEqual([
      "token_revoked",
      "token_revoked",
    ]);
  });

  it("limits the age of accepted tokens: no token outlives the entry that revokes it", async () => {
    const { issuer, verifier, revocations, clock } = await createRevokingBench();
    const token = issuer.tokenFor("alice", { expiresIn: 86_400 });
    await revocations.revoke({ kind: "session", id: "somebody's", before: startSeconds });
    clock.advance(904);
    expect(verdict(verifier, token)).toBe("accepted");
    clock.advance(1);
    expect(verdict(verifier, token)).toBe("token_expired");
    expect(verdict(verifier, issuer.tokenFor("alice", { claims: { iat: undefined } }))).toBe(
      "claims_invalid",
    );
    const stricter = await createRevokingBench({}, { maxTokenAge: 60 });
    stricter.clock.advance(65);
    expect(verdict(stricter.verifier, stricter.issuer.tokenFor("a", { claims: { iat: startSeconds } }))).toBe(
      "token_expired",
    );
  });

  it("keeps an entry as long as its token can be valid, and not much longer", async () => {
    const { issuer, verifier, revocations, clock } = await createRevokingBench({}, { clockTolerance: 300 });
    const token = issuer.tokenFor("alice", { ...alices, expiresIn: 900 });
    await revocations.revoke(all.map((kind) => ({ kind, id: ids[kind], before: startSeconds })));
    clock.advance(1199);
    expect(verdict(verifier, token)).toBe("token_revoked");
    clock.advance(62);
    const another = { kind: "token", id: "j9", before: clock() / 1000 } as const;
    for (const kind of all) await revocations.revoke({ ...another, kind });
    expect(revocations.status().entries).toBe(3);
    expect(verdict(verifier, token)).toBe("token_expired");
  });

  it("applies here at once, before the store has notified anyone", async () => {
    const { issuer, verifier, revocations, store } = await createRevokingBench();
    const token = issuer.tokenFor("alice", alices);
    store.append = () => Promise.resolve();
    await revocations.revoke({ kind: "token", id: "j1", before: startSeconds });
    expect(verdict(verifier, token)).toBe("token_revoked");
  });

  it("accepts a later time of the same user, and ids in any script", async () => {
    const { issuer, verifier, revocations } = await createRevokingBench();
    for (const id of ["alice", "ａｌｉｃｅ", "größe", "\u{1F600}"]) {
      const token = issuer.tokenFor(id, { claims: { iat: startSeconds - 5 } });
      await revocations.revoke({ kind: "user", id, before: startSeconds - 10 });
      expect(verdict(verifier, token)).toBe("accepted");
      await revocations.revoke({ kind: "user", id, before: startSeconds - 5 });
      expect(verdict(verifier, token)).toBe("token_revoked");
    }
  });

  it("does not store revocations that are too old to matter", async () => {
    const { revocations } = await createRevokingBench();
    await revocations.revoke({ kind: "token", id: "j1", before: startSeconds - 900 - 361 });
    expect(revocations.status().entries).toBe(0);
    await revocations.revoke({ kind: "token", id: "j1", before: startSeconds - 900 - 360 });
    expect(revocations.status().entries).toBe(1);
  });

  it("revokes nothing that the store did not record", async () => {
    const { issuer, verifier, revocations, store } = await createRevokingBench();
    const token = issuer.tokenFor("alice", alices);
    store.append = () => Promise.reject(new Error("connection lost"));
    await expect(revocations.revoke({ kind: "token", id: "j1", before: startSeconds })).rejects.toMatchObject(
      {
        code: "revocations_unavailable",
        hint: 'not recorded: "connection lost"',
        cause: new Error("connection lost"),
      },
    );
    expect(verdict(verifier, token)).toBe("accepted");
  });

  it.each([
    undefined,
    {},
    { kind: "device", id: "d", before: 1 },
    { kind: "__proto__", id: "d", before: 1 },
    { kind: "user", id: "", before: 1 },
    { kind: "user", id: 1, before: 1 },
    { kind: "user", id: "alice", before: Number.NaN },
    { kind: "user", id: "alice" },
    { kind: "user", id: "alice", before: String(startSeconds) },
    { kind: "user", id: "alice", before: -1 },
    { kind: "user", id: "alice", before: 100_000_000_000 },
    { kind: "user", id: "alice", before: Number.POSITIVE_INFINITY },
    { kind: "user", id: "alice", before: startSeconds * 1000 },
  ])("rejects %j: not a revocation", async (given) => {
    const { revocations, store } = await createRevokingBench();
    store.append = () => Promise.reject(new Error("must not be called"));
    await expect(revocations.revoke(given as never)).rejects.toThrow(TypeError);
    const form =
      'a revocation is { kind: "token" | "session" | "user", id: a non-empty string, before: seconds since 1970 (not milliseconds) }';
    if (given !== undefined)
      await expect(revocations.revoke([given] as never)).rejects.toThrow(new TypeError(form));
  });

  const noStore = "createRevocations: give a store, such as memoryRevocationStore().";
  it.each([
    [{ store: undefined }, noStore],
    [{ store: null }, noStore],
    [{ store: {} }, noStore],
    [{ store: { subscribe: () => {} } }, noStore],
    [{ store: { load: () => {} } }, noStore],
    [{ maxTokenAge: undefined }, "createRevocations: maxTokenAge: must be an integer from 1 to 2592000."],
    [{ maxTokenAge: 0 }, "createRevocations: maxTokenAge: must be an integer from 1 to 2592000."],
    [{ maxTokenAge: 2_592_001 }, "createRevocations: maxTokenAge: must be an integer from 1 to 2592000."],
    [{ maxStaleness: 2 }, "createRevocations: maxStaleness: must be an integer from 3 to 3600."],
    [{ maxStaleness: 3601 }, "createRevocations: maxStaleness: must be an integer from 3 to 3600."],
    [{ whenStale: "ignore" }, 'createRevocations: whenStale must be "refuse" or "accept".'],
  ])("refuses the options %j at once", async (options, named) => {
    const { store } = await createRevokingBench();
    expect(() => createRevocations({ store, maxTokenAge: 900, ...options } as never)).toThrow(
      new ConfigurationError(named),
    );
    expect(() => createBench({ revocations: {} as never })).toThrow("createRevocations");
  });

  it("reaches every process that subscribes to the store", async () => {
    const first = await createRevokingBench();
    const second = createRevocations({ store: first.store, maxTokenAge: 900, clock: first.clock });
    onTestFinished(() => second.close());
    await second.ready();
    await first.revocations.revoke({ kind: "user", id: "alice", before: startSeconds });
    const late = createRevocations({ store: first.store, maxTokenAge: 900, clock: first.clock });
    onTestFinished(() => late.close());
    await late.ready();
    for (const list of [first.revocations, second, late]) {
      expect(refusal(() => list.check({ sub: "alice", iat: startSeconds })).code).toBe("token_revoked");
    }
  });
});
