import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Witness } from "../program/app.ts";
import type { Runtime } from "../runtimes.ts";
import { startProgram } from "../start.ts";
import { control } from "./control.ts";

/** The events of `node:diagnostics_channel`, on a runtime that imitates Node's. */
export function eventsSuite(runtime: Runtime): void {
  describe(`events: ${runtime.name}`, () => {
    it("reach subscribers, who get the same frozen object as those of node:diagnostics_channel", async () => {
      const { secret, issuer, audience, tokenFor } = createTestIssuer();
      const trust = { keys: "secret", secret, issuer, audience } as const;
      const { origin, close } = await startProgram(runtime, { trust, now: null, guard: {}, observes: true });
      onTestFinished(close);
      const headers = { authorization: `Bearer ${tokenFor("alice")}` };
      await fetch(`${origin}/api/alice/tasks`, { headers });
      await fetch(`${origin}/api/bob/tasks`, { headers });
      await fetch(`${origin}/unknown/17`);
      const { observed, logged } = (await control(origin, { name: "witness" })) as Witness;
      const shared = { frozen: true, same: true };
      const tasks = { adapter: "fetch", route: "/api/:userId/tasks", user: "alice" };
      expect(observed).toEqual([
        { name: "usher:verify", ...shared },
        { name: "usher:accept", ...tasks, ...shared },
        { name: "usher:verify", ...shared },
        { name: "usher:reject", code: "owner_mismatch", ...tasks, ...shared },
        {
          name: "usher:reject",
          code: "credentials_missing",
          adapter: "fetch",
          path: "/unknown/*",
          ...shared,
        },
      ]);
      expect(logged.map(({ code, count }) => [code, count])).toEqual([
        ["owner_mismatch", 1],
        ["credentials_missing", 1],
      ]);
    });
  });
}
