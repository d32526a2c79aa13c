import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { expect } from "vitest";
import type { ContractBench } from "./bench.ts";
import { expectRefusal } from "./expected.ts";
import type { VerifierParts } from "./target.ts";

/** Keys that must be fetched first: the only case in which a guard responds asynchronously. */
export function outageContract({ behaviour, start }: ContractBench): void {
  const issuer = createTestIssuer({ algorithm: "EdDSA" });
  const bearer = (user: string) => `Authorization: Bearer ${issuer.tokenFor(user)}`;

  behaviour("the first request waits for the keys, and gets the same checks", async () => {
    const keys = await serveKeys(issuer.jwks());
    const app = await start({}, trusting(keys.url));
    const [own, other, none] = await Promise.all([
      app.send({ target: "/api/alice/tasks", headers: [bearer("alice")] }),
      app.send({ target: "/api/bob/tasks", headers: [bearer("alice")] }),
      app.send({ target: "/api/bob/tasks" }),
    ]);
    expect([own.status, JSON.parse(own.body).id]).toEqual([200, "alice"]);
    expectRefusal(other, "owner_mismatch");
    expectRefusal(none, "credentials_missing");
    expect(app.seen).toHaveLength(1);
  });

  behaviour("keys that are not available are a 503 with Retry-After, not an invalid token", async () => {
    const keys = await serveKeys(issuer.jwks());
    await keys[Symbol.asyncDispose]();
    const app = await start({}, trusting(keys.url));
    expectRefusal(await app.send({ target: "/me", headers: [bearer("alice")] }), "keys_unavailable");
    expectRefusal(await app.send({ target: "/me" }), "credentials_missing");
    expect(app.seen).toEqual([]);
  });

  function trusting(url: string): VerifierParts {
    return {
      trust: { keys: "jwks", url, issuer: issuer.issuer, audience: issuer.audience },
      clock: Date.now,
    };
  }
}

async function serveKeys(jwks: object): Promise<AsyncDisposable & { readonly url: string }> {
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify(jwks));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
