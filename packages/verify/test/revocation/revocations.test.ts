import { describe, expect, it, onTestFinished } from "vitest";
import { createRevocations, memoryRevocationStore, type RevocationsOptions } from "../../src/index.ts";
import { createBench, handClock, refusal, startSeconds, verdict } from "../support.ts";

/** An issuer, a verifier and its revocations, all of one clock, followed from the start. */
async function createRevoking(options: Partial<RevocationsOptions> = {}) {
  const clock = handClock();
  const revocations = createRevocations({
    store: memoryRevocationStore({ clock }),
    maxTokenAge: 900,
    clock,
    ...options,
  });
  onTestFinished(() => revocations.close());
  const { issuer, verifier } = createBench({ clock, revocations }, { clock });
  await verifier.ready();
  return { clock, revocations, issuer, verifier };
}

describe("createRevocations", () => {
  it("refuses what was revoked by jti, sid and sub, remembered tokens too", async () => {
    for (const [kind, id] of [
      ["token", "j1"],
      ["session", "s1"],
      ["user", "alice"],
    ] as const) {
      const { issuer, verifier, revocations } = await createRevoking();
      const token = issuer.tokenFor("alice", { claims: { jti: "j1", sid: "s1" } });
      const another = issuer.tokenFor("bob", { claims: { jti: "j2", sid: "s2" } });
      expect(verdict(verifier, token)).toBe("accepted");
      await revocations.revoke({ kind, id, before: startSeconds });
      expect(verdict(verifier, token)).toBe("token_revoked");
      expect(verdict(verifier, another)).toBe("accepted");
      expect(refusal(() => verifier.verifySync(token)).hint).toContain(kind);
    }
  });
});
