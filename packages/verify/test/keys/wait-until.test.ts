import { createTestIssuer } from "@usher-auth/testing";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { usher as guardFetch } from "../../src/adapters/fetch.ts";
import { usher as guardHono, optionalAuth } from "../../src/adapters/hono.ts";
import { remoteJwks, type Verifier } from "../../src/index.ts";
import { keyStatus } from "../../src/keys/index.ts";
import { createBench } from "../support.ts";

/** An app like a Worker: called with the request, its bindings and its context. */
type WorkerApp = (request: Request, ...rest: unknown[]) => Response | Promise<Response>;

const apps: readonly [string, (verifier: Verifier) => WorkerApp][] = [
  [
    "fetch",
    (verifier) =>
      guardFetch({ verifier, ownerParam: null }).protect(
        { path: "/me" },
        (_request, { principal }, ..._rest: unknown[]) => Response.json(principal.id),
      ),
  ],
  [
    "hono",
    (verifier) => {
      const app = guardHono(new Hono(), { verifier, ownerParam: null });
      app.get("/me", (c) => c.json(c.get("principal").id));
      return app.fetch as WorkerApp;
    },
  ],
  [
    "hono, on a route with an optional token",
    (verifier) => {
      const app = new Hono();
      app.get("/me", optionalAuth({ verifier, ownerParam: null }), (c) => c.json("in"));
      return app.fetch as WorkerApp;
    },
  ],
];

describe.each(apps)("a refresh of keys that a request starts, with the adapter for %s", (_name, build) => {
  async function start() {
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "ES256", clock });
    const keys = remoteJwks("https://app.example.com/jwks", {
      clock,
      fetch: async () => Response.json(issuer.jwks()),
    });
    const { verifier } = createBench({ keys, clock });
    await verifier.ready();
    clock.advance(300);
    const app = build(verifier);
    const ask = async (...rest: unknown[]) => {
      const headers = { authorization: `Bearer ${issuer.tokenFor("alice")}` };
      return (await app(new Request("https://api.example.com/me", { headers }), ...rest)).status;
    };
    return { ask, verifier };
  }

  it("is passed once to the host's waitUntil, called as a method of its context", async () => {
    const { ask, verifier } = await start();
    const kept: Promise<unknown>[] = [];
    const context = {
      passThroughOnException: () => undefined,
      waitUntil(this: unknown, work: Promise<unknown>) {
        if (this !== context) throw new TypeError("Illegal invocation");
        kept.push(work);
      },
    };
    expect([await ask({ name: "bindings" }, context), await ask({}, context)]).toEqual([200, 200]);
    expect(kept).toHaveLength(1);
    await kept[0];
    expect(keyStatus(verifier)).toEqual({ state: "fresh", age: 0 });
  });

  it("starts even if the host has none", async () => {
    for (const rest of [[], [{}, undefined], [null, { waitUntil: "soon" }]]) {
      const { ask, verifier } = await start();
      expect(await ask(...rest)).toBe(200);
      await new Promise(setImmediate);
      expect(keyStatus(verifier)).toEqual({ state: "fresh", age: 0 });
    }
  });
});
