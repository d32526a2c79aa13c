import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createVerifier, localJwks, type Secret } from "../../../src/index.ts";
import {
  keyStatus,
  keyUsage,
  parseSecretVersions,
  reloadedSecret,
  secretFingerprint,
} from "../../../src/keys/index.ts";
import { handClock, refusal, startSeconds, verdict } from "../../support.ts";

const [oldSecret, newSecret] = [
  "old-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t",
  "new-k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t",
];
const onlyOld = parseSecretVersions(`1:${oldSecret}`);
const both = parseSecretVersions(`2:${newSecret},1:${oldSecret}`);
const onlyNew: Secret = parseSecretVersions(`2:${newSecret}`);

let warnings: string[];
beforeEach(() => {
  warnings = [];
  vi.spyOn(process, "emitWarning").mockImplementation((warning) => void warnings.push(String(warning)));
});
afterEach(() => vi.restoreAllMocks());

/**
 * A verifier of a secret that a test can change, and two issuers of one name: one signs with the old, one
 * with the new.
 */
function createRotating(
  first: Secret | Error,
  options: { maxTokenAge?: number; refreshEvery?: number } = {},
) {
  const { refreshEvery = 60, ...verifying } = options;
  const clock = handClock();
  const vault = { content: first, loads: 0 };
  const load = async () => {
    vault.loads++;
    if (vault.content instanceof Error) throw vault.content;
    return vault.content;
  };
  const [before, after] = [oldSecret, newSecret].map((secret) => createTestIssuer({ secret, clock }));
  if (before === undefined || after === undefined) throw new Error("two issuers were made");
  const verifier = createVerifier({
    keys: reloadedSecret(load, { refreshEvery, clock }),
    issuer: before.issuer,
    audience: before.audience,
    clock,
    ...verifying,
  });
  /** Lets time pass, and a request start and finish the load that is due. */
  const pass = async (seconds: number) => {
    clock.advance(seconds);
    keyStatus(verifier);
    await new Promise(setImmediate);
  };
  return { clock, vault, before, after, verifier, pass };
}

describe("reloadedSecret", () => {
  it("loads for the first token or ready()", async () => {
    const first = createRotating(onlyOld);
    const token = first.before.tokenFor("alice");
    expect(first.vault.loads).toBe(0);
    expect(keyStatus(first.verifier)).toEqual({ state: "missing" });
    expect(refusal(() => first.verifier.verifySync(token))).toMatchObject({
      code: "keys_unavailable",
      hint: "the shared secret has not been loaded yet",
    });
    await expect(first.verifier.verify(token)).resolves.toMatchObject({ id: "alice" });
    const second = createRotating(onlyOld);
    await second.verifier.ready();
    await second.verifier.ready();
    expect(verdict(second.verifier, second.before.tokenFor("alice"))).toBe("accepted");
    expect([first.vault.loads, second.vault.loads]).toEqual([1, 1]);
  });

  it("accepts a new version without a restart, and drops an old one with its cached tokens", async () => {
    const { vault, before, after, verifier, pass } = createRotating(onlyOld);
    await verifier.ready();
    const [old, fresh] = [before.tokenFor("alice"), after.tokenFor("alice")];
    expect([old, fresh].map((token) => verdict(verifier, token))).toEqual(["accepted", "signature_invalid"]);
    vault.content = both;
    await pass(59);
    expect(vault.loads).toBe(1);
    await pass(1);
    expect([old, fresh].map((token) => verdict(verifier, token))).toEqual(["accepted", "accepted"]);
    vault.content = onlyNew;
    await pass(60);
    expect([old, fresh].map((token) => verdict(verifier, token))).toEqual(["signature_invalid", "accepted"]);
    expect(vault.loads).toBe(3);
    expect(keyStatus(verifier)).toEqual({ state: "fresh", age: 0 });
  });

  it("rejects the tokens of a version at once if it is replaced in one step", async () => {
    const { vault, before, verifier, pass } = createRotating(onlyOld);
    await verifier.ready();
    const token = before.tokenFor("alice");
    const principal = verifier.verifySync(token);
    await pass(60);
    expect(verifier.verifySync(token)).toBe(principal);
    vault.content = onlyNew;
    await pass(60);
    expect(verdict(verifier, token)).toBe("signature_invalid");
  });

  it("names no version before the first load", () => {
    expect(reloadedSecret(() => onlyOld).description?.()).toBe("none");
    expect(reloadedSecret(() => onlyOld).keys?.()).toEqual([]);
  });

  it("keeps the last valid secret when a load fails, warns once, and recovers", async () => {
    const { vault, before, after, verifier, pass } = createRotating(onlyOld);
    await verifier.ready();
    vault.content = new Error("the vault is sealed");
    for (let minute = 0; minute < 60 * 24 * 3; minute += 30) await pass(30 * 60);
    expect(verdict(verifier, before.tokenFor("alice"))).toBe("accepted");
    expect(keyStatus(verifier).state).toBe("stale");
    expect(warnings).toEqual([
      "reloadedSecret: the shared secret cannot be loaded: the vault is sealed; the last keys stay in use",
    ]);
    vault.content = both;
    await pass(60);
    expect(verdict(verifier, after.tokenFor("alice"))).toBe("accepted");
    expect(keyStatus(verifier).state).toBe("fresh");
  });

  it.each([
    ["too short", "short"],
    ["nothing", ""],
    ["a public key", "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----"],
    ["the same version twice", [1, 1].map((version) => ({ version, value: newSecret }))],
    ["a version without a value", [{ version: 1 }]],
    ["null", null],
    ["another way to load", { load: () => newSecret }],
  ])("keeps the last valid secret if the new one is %s", async (_case, bad) => {
    const { vault, before, verifier, pass } = createRotating(onlyOld);
    await verifier.ready();
    vault.content = bad as never;
    await pass(60);
    expect(verdict(verifier, before.tokenFor("alice"))).toBe("accepted");
    expect(warnings).toEqual([expect.stringContaining("stay in use")]);
    expect(warnings.join()).not.toContain(newSecret);
  });

  it("is keys_unavailable before the first successful load", async () => {
    const { vault, before, verifier, pass } = createRotating(new Error("the vault is sealed"));
    await expect(verifier.ready()).rejects.toMatchObject({
      code: "keys_unavailable",
      hint: expect.stringContaining("the vault is sealed"),
    });
    await expect(verifier.verify(before.tokenFor("alice"))).rejects.toMatchObject({
      code: "keys_unavailable",
    });
    expect(vault.loads).toBe(1);
    vault.content = onlyOld;
    await pass(2);
    await expect(verifier.verify(before.tokenFor("alice"))).resolves.toMatchObject({ id: "alice" });
  });

  it("loads once for concurrent requests, and at most every refreshEvery", async () => {
    const { vault, before, verifier, clock } = createRotating(onlyOld);
    const tokens = Array.from({ length: 50 }, () => before.tokenFor("alice"));
    await Promise.all(tokens.map((token) => verifier.verify(token)));
    expect(vault.loads).toBe(1);
    for (let second = 0; second < 59; second++) {
      clock.advance(1);
      await verifier.verify(before.tokenFor("alice", { wrongSecret: true })).catch(() => undefined);
    }
    expect(vault.loads).toBe(1);
  });

  it("is not loaded for unknown keys of another source", async () => {
    const { vault, clock } = createRotating(onlyOld);
    const keyPair = createTestIssuer({ algorithm: "EdDSA", clock });
    const load = () => {
      vault.loads++;
      return oldSecret;
    };
    const keys = [reloadedSecret(load, { clock }), localJwks(keyPair.jwks())];
    const verifier = createVerifier({ keys, issuer: keyPair.issuer, audience: keyPair.audience, clock });
    await verifier.ready();
    for (let second = 0; second < 59; second++) {
      clock.advance(1);
      const unknown = keyPair.tokenFor("alice", { header: { kid: `made up ${second}` } });
      await expect(verifier.verify(unknown)).rejects.toMatchObject({ code: "key_unknown" });
    }
    expect(vault.loads).toBe(1);
  });

  it("makes a request wait for a newer secret after two intervals without requests", async () => {
    const { vault, before, after, verifier, clock } = createRotating(onlyOld);
    await verifier.ready();
    vault.content = onlyNew;
    clock.advance(120);
    await expect(verifier.verify(before.tokenFor("alice"))).rejects.toMatchObject({
      code: "signature_invalid",
    });
    await expect(verifier.verify(after.tokenFor("alice"))).resolves.toMatchObject({ id: "alice" });
  });

  it.each([0, 86_401, 1.5])("refuses refreshEvery: %j", (refreshEvery) => {
    expect(() => reloadedSecret(() => oldSecret, { refreshEvery })).toThrow("refreshEvery");
  });

  it("rejects a value that is not a function, and other algorithms", () => {
    expect(() => reloadedSecret(oldSecret as never)).toThrow("reloadedSecret: give a function");
    expect(() => reloadedSecret(() => oldSecret, { algorithm: "none" as never })).toThrow(
      "HS256, HS384 or HS512",
    );
  });

  it("verifies with the algorithm of its options", async () => {
    const secret = oldSecret.repeat(2);
    const issuer = createTestIssuer({ secret, algorithm: "HS512" });
    const keys = reloadedSecret(() => secret, { algorithm: "HS512" });
    const verifier = createVerifier({ keys, issuer: issuer.issuer, audience: issuer.audience });
    await expect(verifier.verify(issuer.tokenFor("alice"))).resolves.toMatchObject({ id: "alice" });
  });
});

describe("the hint of signature_invalid", () => {
  it("names the listed versions with their fingerprints and the order of a rotation, and no secret", async () => {
    const { after, verifier } = createRotating(onlyOld);
    await verifier.ready();
    const error = refusal(() => verifier.verifySync(after.tokenFor("alice")));
    expect(error).toMatchObject({ code: "signature_invalid" });
    expect(error.hint).toContain(`version 1, fingerprint ${secretFingerprint(oldSecret)}`);
    expect(error.hint).toContain("before the issuer signs with it");
    for (const secret of [oldSecret, newSecret]) expect(error.hint).not.toContain(secret);
  });
});

describe("keyUsage", () => {
  it("counts the tokens of each version, with the time of the last one", async () => {
    const { before, after, verifier, clock } = createRotating(both);
    expect(keyUsage(verifier)).toEqual([]);
    await verifier.ready();
    for (const user of ["alice", "bob"]) verifier.verifySync(before.tokenFor(user));
    clock.advance(10);
    const token = before.tokenFor("carol");
    for (let time = 0; time < 3; time++) verifier.verifySync(token);
    verdict(verifier, after.tokenFor("alice", { tampered: true }));
    expect(keyUsage(verifier)).toEqual([
      { algorithm: "HS256", version: 2, verified: 0 },
      { algorithm: "HS256", version: 1, verified: 3, lastVerifiedAt: startSeconds + 10 },
    ]);
  });

  it("is kept across a reload", async () => {
    const { vault, before, verifier, pass } = createRotating(onlyOld);
    await verifier.ready();
    verifier.verifySync(before.tokenFor("alice"));
    vault.content = both;
    await pass(60);
    expect(keyUsage(verifier).map(({ verified }) => verified)).toEqual([0, 1]);
  });
});

describe("a version that is no longer needed", () => {
  const idle =
    "version 1 of the shared secret has verified nothing for 905 s, while version 2 was in use: remove it once every API reports this";

  it("causes one warning, after a later version verified all tokens for a token's lifetime", async () => {
    const { before, after, verifier, clock } = createRotating(both, {
      maxTokenAge: 900,
      refreshEvery: 86_400,
    });
    await verifier.ready();
    verifier.verifySync(before.tokenFor("alice"));
    for (let second = 0; second < 900; second += 5) {
      clock.advance(5);
      verifier.verifySync(after.tokenFor("alice"));
    }
    expect(warnings).toEqual([]);
    for (let second = 0; second < 900; second += 5) {
      clock.advance(5);
      verifier.verifySync(after.tokenFor("alice"));
    }
    expect(warnings).toEqual([idle]);
  });

  it("causes no warning while the issuer still uses it, or without requests", async () => {
    const { before, after, verifier, clock } = createRotating(both, {
      maxTokenAge: 900,
      refreshEvery: 86_400,
    });
    await verifier.ready();
    // The first step of a rotation: the new version is listed but not yet used.
    for (let minute = 0; minute < 60; minute++) {
      clock.advance(60);
      verifier.verifySync(before.tokenFor("alice"));
    }
    // A quiet hour, and then the last of the old tokens.
    clock.advance(3600);
    verifier.verifySync(before.tokenFor("alice"));
    clock.advance(1);
    verifier.verifySync(after.tokenFor("alice"));
    expect(warnings).toEqual([]);
  });

  it("causes no warning before the later one was in use for a lifetime: an unseen token may be valid", async () => {
    const { before, after, verifier, clock } = createRotating(both, {
      maxTokenAge: 900,
      refreshEvery: 86_400,
    });
    await verifier.ready();
    verifier.verifySync(before.tokenFor("alice"));
    clock.advance(1000);
    for (let minute = 0; minute < 14; minute++) {
      clock.advance(60);
      verifier.verifySync(after.tokenFor("alice"));
    }
    expect(warnings).toEqual([]);
  });

  it("must be listed for a lifetime before it causes a warning", async () => {
    const { vault, after, verifier, pass } = createRotating(onlyNew, { maxTokenAge: 900 });
    await verifier.ready();
    for (let minute = 0; minute < 30; minute++) {
      if (minute === 15) vault.content = both;
      await pass(60);
      verifier.verifySync(after.tokenFor("alice"));
    }
    expect(warnings).toEqual([]);
    for (let minute = 0; minute < 3; minute++) {
      await pass(60);
      verifier.verifySync(after.tokenFor("alice"));
    }
    expect(warnings).toEqual([idle]);
  });
});
