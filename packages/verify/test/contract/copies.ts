import { expect, vi } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

/**
 * The verifier comes from another copy of the package than the adapter, as with a linked package, two
 * versions or a bundler.
 */
export function copiesContract({ behaviour, bearer, issuer, clock, start }: ContractBench): void {
  behaviour(verifierOfAnotherCopy, async () => {
    vi.resetModules();
    const other = await import("../../src/index.ts");
    const { issuer: iss, audience } = issuer;
    const verifier = other.createVerifier({
      keys: other.sharedSecret(issuer.secret),
      issuer: iss,
      audience,
      clock,
    });
    const app = await start({ verifier: verifier as never });
    expect((await app.send({ target: "/api/alice/tasks", headers: [bearer("alice")] })).status).toBe(200);
    expect(app.seen).toHaveLength(1);
    const expired = `Authorization: Bearer ${issuer.tokenFor("alice", { expired: true })}`;
    expectRefusal(await app.send({ target: "/api/alice/tasks", headers: [expired] }), "token_expired");
    expectRefusal(
      await app.send({ target: "/me", headers: ["Authorization: Bearer rubbish"] }),
      "token_malformed",
    );
    expectRefusal(await app.send({ target: "/nowhere" }), "credentials_missing");
    expectRefusal(await app.send({ target: "/api/bob/tasks", headers: [bearer("alice")] }), "owner_mismatch");
    expectRefusal(await app.send({ target: "/scoped", headers: [bearer("alice")] }), "scope_insufficient", {
      parameters: ', scope="tasks:write"',
      members: { scope: "tasks:write" },
    });
    expect(app.seen).toHaveLength(1);
  });
}

/** Does not apply if the app creates its own verifier, in another process. */
export const verifierOfAnotherCopy =
  "a verifier from another copy of the package works, and its errors get the usual responses";
