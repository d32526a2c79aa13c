import { describe, expect, it } from "vitest";
import { AuthError, type Revocations } from "../../src/index.ts";
import { checkRevoked, loadAll } from "../../src/revocation/check.ts";
import { refusal } from "../support.ts";

const token = { sub: "alice" };
const failure = new Error("the table is gone");

function revocationsWith(changes: Partial<Record<"check" | "ready", () => unknown>>): Revocations {
  return { check: () => undefined, ready: async () => undefined, ...changes } as never;
}

describe("the application's own revocations", () => {
  it("that throw are not available, and the hint says why", () => {
    const broken = revocationsWith({
      check: () => {
        throw failure;
      },
    });
    expect(refusal(() => checkRevoked(broken, token, 0))).toMatchObject({
      code: "revocations_unavailable",
      hint: 'check failed: "the table is gone"',
      cause: failure,
    });
  });

  it("that answer with a promise are not available", () => {
    const late = revocationsWith({ check: async () => undefined });
    expect(refusal(() => checkRevoked(late, token, 0))).toMatchObject({
      code: "revocations_unavailable",
      hint: 'check failed: "it must be synchronous"',
    });
  });

  it("that do not load are not available, and the hint says why", async () => {
    const broken = revocationsWith({ ready: () => Promise.reject(failure) });
    await expect(loadAll(broken)).rejects.toMatchObject({
      code: "revocations_unavailable",
      hint: 'ready failed: "the table is gone"',
      cause: failure,
    });
  });

  it("keep their own AuthError", () => {
    const revoked = new AuthError("token_revoked");
    const own = revocationsWith({
      check: () => {
        throw revoked;
      },
    });
    expect(refusal(() => checkRevoked(own, token, 0))).toBe(revoked);
  });
});
