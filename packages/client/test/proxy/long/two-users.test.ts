import { getRequestListener } from "@hono/node-server";
import { usherJwt } from "@usher-auth/issuer";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import fastify from "fastify";
import { expect, onTestFinished, test, vi } from "vitest";
import { apiProxy } from "../../../src/server.ts";
import { audience, delay, listen, secret, startBetterAuth } from "../../support/better-auth.ts";

/** An API that answers with the user and with the body, after a while. */
async function startApi(issuer: string): Promise<string> {
  const app = fastify();
  const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
  await app.register(usher, { verifier, ownerParam: null });
  let requests = 0;
  app.post("/notes", async ({ principal, body, headers }) => {
    requests += 1;
    await delay(requests);
    return { of: principal?.claims.email, body, cookie: headers.cookie };
  });
  const url = await app.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(() => app.close());
  return url;
}

test("200 requests of two users and of visitors have nothing of each other, though some are aborted", async () => {
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  onTestFinished(() => log.mockRestore());
  const { auth, signUp } = await startBetterAuth({ secret, plugins: [usherJwt({ audience })] });
  const proxy = apiProxy({ auth, baseURL: await startApi("http://127.0.0.1") });
  const site = await listen(getRequestListener(proxy, { overrideGlobalObjects: false }));
  const cookies = { anna: await signUp("anna"), bert: await signUp("bert"), visitor: "" };
  const names = ["anna", "bert", "anna", "bert", "visitor"] as const;

  const answers = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => {
      const name = names[index % names.length] ?? "visitor";
      await delay(index);
      const signal = index % 7 === 0 ? AbortSignal.timeout(index % 20) : null;
      try {
        const response = await fetch(`${site}/backend/notes`, {
          method: "POST",
          headers: { cookie: cookies[name], origin: site, "content-type": "application/json" },
          body: JSON.stringify({ note: `${name} ${index}` }),
          signal,
        });
        return { name, index, status: response.status, text: await response.text() };
      } catch (error) {
        expect(signal?.aborted, String(error)).toBe(true);
        return undefined;
      }
    }),
  );

  const arrived = answers.filter((answer) => answer !== undefined);
  expect(arrived.length).toBeGreaterThan(170);
  for (const { name, index, status, text } of arrived) {
    if (name === "visitor") expect([status, JSON.parse(text).code]).toEqual([401, "signed_out"]);
    else {
      const note = `${name} ${index}`;
      expect([status, JSON.parse(text)]).toEqual([200, { of: `${name}@example.com`, body: { note } }]);
    }
  }
});
