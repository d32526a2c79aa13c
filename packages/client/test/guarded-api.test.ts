import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestIssuer } from "@usher-auth/testing";
import { type authErrorCodes, createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import { requireRecentSignIn } from "@usher-auth/verify/policies";
import { createRevocations, memoryRevocationStore } from "@usher-auth/verify/revocation";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";
import type { AuthErrorCode } from "../src/index.ts";
import { clientOf } from "./support/client.ts";

/** A guarded API whose route `/account` needs a sign-in within the last minute, and a signed-in user. */
async function start() {
  const issuer = createTestIssuer();
  const revocations = createRevocations({ store: memoryRevocationStore(), maxTokenAge: 900 });
  const verifier = createVerifier({
    keys: sharedSecret(issuer.secret),
    issuer: issuer.issuer,
    audience: issuer.audience,
    revocations,
  });
  await verifier.ready();
  const guard = usher({ verifier, ownerParam: "userId" });
  const tasks = guard.protect({ path: "/:userId/tasks" }, (_request, response) => response.end("tasks"));
  const account = guard.protect(
    { path: "/account", policies: [requireRecentSignIn({ maxAge: 60 })] },
    (_request, response) => response.end("closed"),
  );
  const server = createServer((request, response) =>
    request.url === "/account" ? account(request, response) : tasks(request, response),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await revocations.close();
  });

  const user = { signedInAt: Date.now() / 1000 - 3600, tokens: 0, signOuts: 0 };
  const client = clientOf({
    baseURL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    getToken: () => {
      user.tokens += 1;
      return issuer.tokenFor("ada", {
        claims: { auth_time: Math.floor(user.signedInAt), iat: Date.now() / 1000 },
      });
    },
    onSignedOut: () => user.signOuts++,
    onReauthenticationRequired({ maxAge }) {
      expect(maxAge).toBe(60);
      user.signedInAt = Date.now() / 1000;
      return true;
    },
  });
  return { client, user, revocations };
}

test("a guard's 401 after a change of the user is resolved by a new token", async () => {
  const { client, user, revocations } = await start();
  expect(await (await client("ada/tasks")).text()).toBe("tasks");

  await new Promise((resolve) => setTimeout(resolve, 5));
  await revocations.revoke({ kind: "user", id: "ada", before: Date.now() / 1000 - 0.0005 });

  const responses = await Promise.all([1, 2, 3].map(() => client("ada/tasks")));
  expect(responses.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect([user.tokens, user.signOuts]).toEqual([2, 0]);
});

test("refresh saves the 401: the next call has a new token", async () => {
  const { client, user, revocations } = await start();
  await client("ada/tasks");
  await new Promise((resolve) => setTimeout(resolve, 5));
  await revocations.revoke({ kind: "user", id: "ada", before: Date.now() / 1000 - 0.0005 });
  client.refresh();

  expect((await client("ada/tasks")).status).toBe(200);
  expect((await client("ada/tasks")).status).toBe(200);
  expect(user.tokens).toBe(2);
});

test("a guard's challenge for a recent sign-in is answered, and the new sign-in counts", async () => {
  const { client, user } = await start();

  expect(await (await client("account", { method: "DELETE" })).text()).toBe("closed");
  expect(await (await client("account", { method: "DELETE" })).text()).toBe("closed");

  expect([user.tokens, user.signOuts]).toEqual([2, 0]);
});

test("AuthErrorCode has the codes of the guard", () => {
  expectTypeOf<AuthErrorCode>().toEqualTypeOf<(typeof authErrorCodes)[number]>();
});
