import type { TokenFaults } from "@usher-auth/testing";
import { expect } from "vitest";
import { type AuthErrorCode, authErrorCodes } from "../../src/index.ts";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";

const faults: Record<string, readonly [TokenFaults, AuthErrorCode]> = {
  "an expired token": [{ expired: true }, "token_expired"],
  "a token before its nbf": [{ notYetValid: true }, "token_not_yet_valid"],
  "a token issued in the future": [{ issuedInFuture: true }, "token_not_yet_valid"],
  "a token of another issuer": [{ wrongIssuer: true }, "issuer_rejected"],
  "a token for another audience": [{ wrongAudience: true }, "audience_rejected"],
  "a token signed with another secret": [{ wrongSecret: true }, "signature_invalid"],
  "a token with a changed signature": [{ tampered: true }, "signature_invalid"],
  "a token with changed claims": [{ forgedPayload: true }, "signature_invalid"],
  "a token without a signature": [{ unsigned: true }, "token_malformed"],
  "a signed token with alg none": [{ header: { alg: "none" } }, "algorithm_rejected"],
  "a token with a public-key algorithm": [{ header: { alg: "RS256" } }, "algorithm_rejected"],
  "a token with another typ": [{ header: { typ: "better-auth.session-cache+jwt" } }, "token_unsupported"],
  "a token with critical extensions": [{ header: { crit: ["exp"] } }, "token_unsupported"],
  "a token without a subject": [{ claims: { sub: undefined } }, "claims_invalid"],
  "a token with an empty subject": [{ claims: { sub: "" } }, "claims_invalid"],
  "a token without exp": [{ claims: { exp: undefined } }, "claims_invalid"],
  "a token that is too long": [{ claims: { padding: "x".repeat(9000) } }, "token_too_large"],
};

/**
 * Why a token can be rejected, as the client sees it. The verifier's tests have the details.
 */
export function tokensContract({ behaviour, send, issuer, clock, start, seen }: ContractBench): void {
  const ask = (token: string) =>
    send({ target: "/api/alice/tasks", headers: [`Authorization: Bearer ${token}`] });

  for (const [name, [fault, code]] of Object.entries(faults)) {
    behaviour(`${name}: ${code}`, async () => {
      expectRefusal(await ask(issuer.tokenFor("alice", fault)), code);
      expect(seen).toEqual([]);
    });
  }

  behaviour(
    "other tokens of Better Auth are token_unsupported: session token, signed cookie, JWE",
    async () => {
      expectRefusal(await ask("q".repeat(32)), "token_unsupported");
      expectRefusal(
        await ask(`${"q".repeat(32)}.${encodeURIComponent(`${"s".repeat(43)}=`)}`),
        "token_unsupported",
      );
      expectRefusal(await ask("a.b.c.d.e"), "token_unsupported");
    },
  );

  behaviour("anything that is not a JWT is token_malformed", async () => {
    expectRefusal(await ask("rubbish"), "token_malformed");
    expectRefusal(await ask("undefined"), "token_malformed");
    expectRefusal(await ask(`${issuer.tokenFor("alice")}=`), "token_malformed");
    expectRefusal(await ask(`"${issuer.tokenFor("alice")}"`), "token_malformed");
    expectRefusal(await ask(`Bearer ${issuer.tokenFor("alice")}`), "token_malformed");
    expectRefusal(await ask("\u00e4.\u00f6.\u00fc"), "token_malformed");
  });

  behaviour("a token is rejected after it expires, even if it was accepted before", async () => {
    const token = issuer.tokenFor("alice", { expiresIn: 60 });
    expect((await ask(token)).status).toBe(200);
    clock.advance(66);
    expectRefusal(await ask(token), "token_expired");
  });

  behaviour("every error code has its status, challenge and body, with the realm", async () => {
    const app = await start({ realm: "tasks of ours" }, { trust: { keys: "none" }, clock });
    for (const code of authErrorCodes) {
      const response = await app.send({ target: "/me", headers: [`Authorization: Bearer ${code}`] });
      expectRefusal(response, code, { realm: "tasks of ours" });
    }
    expect(app.seen).toEqual([]);
  });
}
