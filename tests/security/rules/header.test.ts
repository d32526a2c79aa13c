import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { localJwks, remoteJwks } from "@usher-auth/verify";
import { describe, expect, it, onTestFinished } from "vitest";
import { createBench } from "../../../packages/verify/test/support.ts";
import { outcome, outcomeWithKeys } from "./support/outcome.ts";

describe("rules: header", () => {
  it("A key in a token's jwk or x5c is never used", () => {
    const { clock } = createBench();
    const [issuer, attacker] = [
      createTestIssuer({ algorithm: "ES256", clock }),
      createTestIssuer({ algorithm: "ES256", clock }),
    ];
    const { verifier } = createBench({ keys: localJwks(issuer.jwks()) });
    const [[own], [jwk]] = [
      issuer.jwks().keys as [{ kid: string }],
      attacker.jwks().keys as [{ kid: string }],
    ];
    const x5c = [Buffer.from(JSON.stringify(jwk)).toString("base64")];
    for (const brought of [{ jwk }, { x5c }, { jwk, x5c }]) {
      for (const [kid, code] of [
        [own.kid, "signature_invalid"],
        [undefined, "signature_invalid"],
        [jwk.kid, "key_unknown"],
      ] as const) {
        expect(outcome(verifier, attacker.tokenFor("mallory", { header: { ...brought, kid } }))).toBe(code);
      }
      // With a valid signature, it makes no difference.
      expect(outcome(verifier, issuer.tokenFor("alice", { header: brought }))).toBe("accepted");
    }
  });

  it("A token's jku, x5u or kid never causes a request", async () => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.end("{}");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const issuer = await createTestIssuer({ mode: "jwks", algorithm: "ES256", clock: createBench().clock });
    const { verifier } = createBench({ keys: remoteJwks(issuer.jwksUrl) });
    onTestFinished(async () => {
      server.closeAllConnections();
      server.close();
      await issuer.close();
    });
    for (const name of ["jku", "x5u", "kid"]) {
      const token = issuer.tokenFor("alice", { header: { [name]: `${origin}/${name}` } });
      expect(await outcomeWithKeys(verifier, token)).toBe(name === "kid" ? "key_unknown" : "accepted");
    }
    // Requests that were sent before this one have arrived once it is answered.
    await fetch(`${origin}/afterwards`);
    expect(asked).toEqual(["/afterwards"]);
  });

  it("A token with crit is rejected", () => {
    const { issuer, verifier } = createBench();
    for (const crit of [["exp"], ["http://example.com/UNDEFINED"], [], null, "exp"])
      expect(outcome(verifier, issuer.tokenFor("alice", { header: { crit } }))).toBe("token_unsupported");
  });

  it("A token with b64 is rejected", () => {
    const { issuer, verifier } = createBench();
    for (const b64 of [false, true, null]) {
      expect(outcome(verifier, issuer.tokenFor("alice", { header: { b64 } }))).toBe("token_unsupported");
    }
  });
});
