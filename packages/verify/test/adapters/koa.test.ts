import { createServer } from "node:http";
import Router from "@koa/router";
import Koa from "koa";
import { afterEach, describe, expect, it, vi } from "vitest";
import { enforce, type UsherOptions, type UsherState, usher } from "../../src/adapters/koa.ts";
import { ConfigurationError, requireScopes } from "../../src/index.ts";
import { expectRefusal } from "../contract/expected.ts";
import { type RawResponse, sendRaw } from "../contract/raw-request.ts";
import type { ContractServer } from "../contract/target.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, verifier } = createBench();
const alice = `Authorization: Bearer ${issuer.tokenFor("alice")}`;

let server: ContractServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function ask(app: Pick<Koa, "callback">, target: string, headers = [alice]): Promise<RawResponse> {
  server ??= await listen(createServer(app.callback()));
  return sendRaw(server.origin, { target, headers });
}

function build(options: Partial<UsherOptions> = {}): Koa<UsherState> {
  const app = new Koa<UsherState>();
  app.silent = true;
  app.use(usher({ verifier, ownerParam: "userId", ...options }));
  return app;
}

describe("koa adapter", () => {
  it("checks the owner in nested routers and below prefixes", async () => {
    const leaf = new Router<UsherState>();
    leaf.get("/tasks", (context) => {
      context.body = context.params.userId;
    });
    const router = new Router<UsherState>({ prefix: "/users/:userId" });
    router.use("/deep", leaf.routes());
    const app = build().use(router.routes());
    expect((await ask(app, "/users/alice/deep/tasks")).body).toBe("alice");
    expectRefusal(await ask(app, "/users/bob/deep/tasks"), "owner_mismatch");
  });

  it("accepts a route that is added before one with the owner parameter", async () => {
    const router = new Router<UsherState>();
    router.get("/users/me", (context) => {
      context.body = "me";
    });
    router.get("/users/:userId", (context) => {
      context.body = "by id";
    });
    const app = build().use(router.routes());
    expect((await ask(app, "/users/me")).body).toBe("me");
    expectRefusal(await ask(app, "/users/bob"), "owner_mismatch");
  });

  it("rejects even if middleware in between handles every error", async () => {
    const run = vi.fn();
    const router = new Router<UsherState>();
    router.get("/users/:userId", run);
    const app = build();
    app.use(async (context, next) => {
      try {
        await next();
      } catch {
        context.status = 500;
        context.body = "caught";
      }
    });
    app.use(router.routes());
    expectRefusal(await ask(app, "/users/bob"), "owner_mismatch");
    expect(run).not.toHaveBeenCalled();
  });

  it("lets middleware in between handle errors that are not rejections", async () => {
    const app = build();
    app.use(async (context, next) => {
      try {
        await next();
      } catch (error) {
        context.body = `caught a ${(error as Error).name}`;
      }
    });
    // No router does this: the context has no parameters to check.
    app.use((context) => {
      (context as { params?: unknown }).params = null;
    });
    const { status, body } = await ask(app, "/");
    expect([status, body]).toEqual([200, "caught a TypeError"]);
  });

  it("keeps the parameters as an enumerable own property of the context", async () => {
    const router = new Router<UsherState>();
    router.get("/users/:userId", (context) => {
      context.body = Object.entries(context).find(([name]) => name === "params")?.[1];
    });
    const app = build().use(router.routes());
    expect(JSON.parse((await ask(app, "/users/alice")).body)).toEqual({ userId: "alice" });
  });

  it("leaves the app's errors to the app", async () => {
    const app = build();
    app.use(() => {
      throw Object.assign(new Error("the app's"), { status: 418, expose: true });
    });
    const response = await ask(app, "/");
    expect([response.status, response.body]).toEqual([418, "the app's"]);
  });

  it("checks every guard that a request passes", async () => {
    const router = new Router<UsherState>();
    router.get("/users/:userId/teams/:memberId", (context) => {
      context.body = "both";
    });
    const app = build()
      .use(usher({ verifier, ownerParam: "memberId" }))
      .use(router.routes());
    expect((await ask(app, "/users/alice/teams/alice")).body).toBe("both");
    expectRefusal(await ask(app, "/users/alice/teams/bob"), "owner_mismatch");
    expectRefusal(await ask(app, "/users/bob/teams/alice"), "owner_mismatch");
  });

  it("rejects another spelling of the parameter for every user, and says why", async () => {
    const onReject = vi.fn();
    const router = new Router<UsherState>();
    router.get("/x/:user_id", (context) => {
      context.body = "x";
    });
    const app = build({ onReject }).use(router.routes());
    expectRefusal(await ask(app, "/x/alice"), "owner_mismatch");
    expect(onReject.mock.lastCall?.[0].error.hint).toContain("use the same spelling");
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      const app = answering418().use(usher({ verifier: failing, ownerParam: "userId", onReject }));
      const { status, body } = await ask(app, "/");
      expect([status, body]).toEqual([418, "the verifier's"]);
      expect(onReject).not.toHaveBeenCalled();
      await server?.close();
      server = undefined;
    }
  });

  it("rejects if every part of a policy is broken", async () => {
    const broken = { ...requireScopes("a"), permits: () => false };
    Object.defineProperty(broken, "name", {
      get: () => {
        throw new Error("the policy's");
      },
    });
    const app = answering418()
      .use(usher({ verifier, ownerParam: "userId" }))
      .use(enforce(broken));
    expectRefusal(await ask(app, "/"), "scope_insufficient", missingScope);
  });

  it("checks policies with enforce, and passes the principal to the handler", async () => {
    const app = build().use(enforce(requireScopes("a")));
    app.use((context) => {
      context.body = context.state.principal.id;
    });
    const scoped = `Authorization: Bearer ${issuer.tokenFor("alice", { claims: { scope: "a" } })}`;
    expectRefusal(await ask(app, "/"), "scope_insufficient", missingScope);
    expect((await ask(app, "/", [scoped])).body).toBe("alice");
  });

  it("throws for enforce without a guard", async () => {
    const app = answering418().use(enforce(requireScopes("a")));
    expect((await ask(app, "/")).body).toBe("enforce: no usher(...) runs before this route.");
    expect(() => enforce("a" as never)).toThrow(/^enforce: /);
    expect(() => enforce("a" as never)).toThrow(ConfigurationError);
    expect(() => (enforce as () => unknown)()).toThrow("enforce: pass at least one policy.");
  });
});

const missingScope = { parameters: `, scope="a"`, members: { scope: "a" } };

/** An app that handles its errors, and responds with their messages. */
function answering418(): Koa<UsherState> {
  const app = new Koa<UsherState>();
  app.use(async (context, next) => {
    try {
      await next();
    } catch (error) {
      context.status = 418;
      context.body = (error as Error).message;
    }
  });
  return app;
}
