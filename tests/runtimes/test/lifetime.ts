import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, type TestContext } from "vitest";
import type { Runtime } from "../runtimes.ts";
import { startProgram } from "../start.ts";

/** The minimum that `remoteJwks` accepts, in seconds. A refresh is due at half of `maxAge`. */
const times = { maxAge: 10, maxStale: 12, timeout: 1 };
/** Milliseconds until the issuer answers: longer than a request without a fetch. */
const slowness = 400;

/**
 * A Worker in real time, past the age of its keys, through a rotation and a withdrawal. workerd drops the
 * background work and timers of a request once it is answered, which a controlled clock would not show.
 */
export function lifetimeSuite(runtime: Runtime): void {
  describe.concurrent(`keys in real time: ${runtime.name}`, () => {
    it("without waitUntil, dropped refreshes do not block later ones, and withdrawn keys end at their maximum age", async ({
      onTestFinished,
    }) => {
      const { ask, issuer, answered } = await start(true, onTestFinished);
      const first = issuer.tokenFor("ann", { expiresIn: 600 });
      expect(await ask(first)).toBe("ann");

      // Past half of `maxAge`: the request is answered, and the refresh that it started is dropped.
      await pause(5500);
      expect(await ask(first)).toBe("ann");
      await pause(2 * slowness);
      expect(answered(), "no refresh came to its end").toBe(1);
      issuer.rotate();
      const second = issuer.tokenFor("bob", { expiresIn: 600 });
      expect(await ask(second), "the first token of a new key").toBe("bob");

      issuer.withdrawOldKeys();
      const withdrawnAt = Date.now();
      let verdict: string | undefined = "ann";
      while (verdict === "ann" && Date.now() - withdrawnAt < 15_000) {
        await pause(500);
        verdict = await ask(first);
      }
      expect(verdict, "a token of a withdrawn key").toBe("401 key_unknown");
      expect(Date.now() - withdrawnAt).toBeLessThan((times.maxAge + 2) * 1000);

      // Another refresh is dropped, and no request comes until the keys are past `maxAge`.
      await pause(5500);
      const before = answered();
      expect(await ask(second)).toBe("bob");
      await pause(2 * slowness);
      expect(answered()).toBe(before);
      await pause((times.maxStale - 5) * 1000);
      expect(await ask(second), "past maxStale").toBe("bob");
      expect(await ask(first)).toBe("401 key_unknown");
    });

    it("with waitUntil, a refresh completes, and withdrawn keys end at half of their maximum age", async ({
      onTestFinished,
    }) => {
      const { ask, issuer, answered } = await start(false, onTestFinished);
      const first = issuer.tokenFor("ann", { expiresIn: 600 });
      expect(await ask(first)).toBe("ann");
      issuer.rotate();
      issuer.withdrawOldKeys();

      await pause(5500);
      expect(await ask(first)).toBe("ann");
      await pause(2 * slowness);
      expect(answered()).toBe(2);
      expect(await ask(first)).toBe("401 key_unknown");
      expect(await ask(issuer.tokenFor("bob"))).toBe("bob");
    });
  });

  async function start(withoutContext: boolean, onTestFinished: TestContext["onTestFinished"]) {
    const issuer = createTestIssuer({ algorithm: "ES256" });
    let answered = 0;
    const server = createServer((_request, response) => {
      response.on("close", () => {
        if (response.writableFinished) answered++;
      });
      setTimeout(() => response.end(JSON.stringify(issuer.jwks())), slowness);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth/jwks`;
    const trust = { keys: "jwks", url, issuer: issuer.issuer, audience: issuer.audience, times } as const;
    const program = await startProgram(runtime, { trust, now: null, guard: {}, withoutContext });
    onTestFinished(async () => {
      await program.close();
      server.closeAllConnections();
      server.close();
    });
    return {
      issuer,
      /** The number of completed fetches of the keys. */
      answered: () => answered,
      /** The id of the user, or status and code of the rejection. */
      ask: async (token: string) => {
        const response = await fetch(`${program.origin}/me`, {
          headers: { authorization: `Bearer ${token}`, connection: "close" },
          signal: AbortSignal.timeout(8000),
        });
        const body = (await response.json()) as { readonly id?: string; readonly code?: string };
        return response.status === 200 ? body.id : `${response.status} ${body.code}`;
      },
    };
  }
}
