import { createServer } from "node:http";
import { All, type ExecutionContext, Get, type INestApplication, Post } from "@nestjs/common";
import { Reflector } from "@nestjs/core";
import express from "express";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import {
  OptionalAuth,
  Owner,
  optionalPrincipalOf,
  Principal,
  Public,
  principalOf,
  RequireScopes,
  type UsherOptions,
} from "../../src/adapters/nestjs.ts";
import { ConfigurationError, requireClaim } from "../../src/index.ts";
import { sendBytes, sendRaw } from "../contract/raw-request.ts";
import { decorate } from "../contract/targets/nest-decorate.ts";
import { platforms } from "../contract/targets/nest-platforms.ts";
import { createNestApp } from "../contract/targets/nestjs.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const bearer = (user: string, claims = {}) => `Authorization: Bearer ${issuer.tokenFor(user, { claims })}`;
const alice = bearer("alice");
const support = bearer("carol", { role: "support" });
const auditor = bearer("dave", { role: "auditor" });
const anonymous = "X-Nothing: 1";
const isSupport = requireClaim(({ role }) => role === "support", "role support");
const isAuditor = requireClaim(({ role }) => role === "auditor", "role auditor");
const rule = { or: [isSupport] };

let app: INestApplication | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

type Controller = new () => object;

/** A controller of handlers that respond with the id of the principal. */
function controllerOf(handlers: Record<string, MethodDecorator[]>, at: object = {}): Controller {
  class Made {}
  for (const name of Object.keys(handlers)) {
    const value = (principal: Principal | null) => ({ id: principal?.id ?? null });
    Object.defineProperty(Made.prototype, name, { value, configurable: true, writable: true });
  }
  const decorated = Object.entries(handlers).map(([name, method]) => [
    name,
    { method, parameters: [Principal()] },
  ]);
  return decorate(Made, Object.fromEntries(decorated), at);
}

describe.each(Object.keys(platforms) as (keyof typeof platforms)[])("nestjs on %s", (platform) => {
  async function start(
    controllers: Controller[],
    options: Partial<UsherOptions> = {},
    prepare?: (nest: INestApplication) => unknown,
  ) {
    app = await createNestApp(platform, { verifier, ownerParam: "userId", ...options }, controllers);
    prepare?.(app);
    await app.listen(0, "127.0.0.1");
    const origin = `http://127.0.0.1:${app.getHttpServer().address().port}`;
    return async (target: string, header = support, method = "GET") => {
      const { status, body } = await sendRaw(origin, { method, target, headers: [header] });
      return status < 400 ? JSON.parse(body || "{}").id : JSON.parse(body).code;
    };
  }

  it("@Owner() is for its handler, and for the controller's handlers without their own", async () => {
    const stated = controllerOf({
      get: [Get("/a/:userId"), Owner(rule)],
      post: [Post("/a/:userId")],
      scoped: [Get("/scoped/:userId"), Owner(rule), RequireScopes("a")],
    });
    const whole = controllerOf({
      own: [Get("/b/:userId"), Owner({ or: [isAuditor] })],
      inherited: [Post("/b/:userId")],
      open: [Get("/open/:userId"), Public()],
    });
    Owner(rule)(whole);
    const ask = await start([stated, whole]);
    expect(await ask("/a/alice")).toBe("carol");
    expect(await ask("/a/alice", support, "POST")).toBe("owner_mismatch");
    expect(await ask("/a/alice", bearer("bob"))).toBe("owner_mismatch");
    expect(await ask("/scoped/alice")).toBe("scope_insufficient");
    expect(await ask("/b/alice")).toBe("owner_mismatch");
    expect(await ask("/b/alice", auditor)).toBe("dave");
    expect(await ask("/b/alice", support, "POST")).toBe("carol");
    expect(await ask("/b/alice", auditor, "POST")).toBe("owner_mismatch");
    expect(await ask("/b/alice", alice, "POST")).toBe("alice");
    expect(await ask("/open/alice", anonymous)).not.toBe("credentials_missing");
  });

  it("@Owner() rejects everyone if it does not fit its path", async () => {
    const hints: (string | undefined)[] = [];
    const made = controllerOf({
      nothing: [Get("/nothing"), Owner(rule)],
      several: [Get("/:orgId/users/:userId"), Owner(rule)],
      stranger: [Get("/stranger/:userId"), Owner({ ...rule, params: ["orgId"] })],
      named: [Get("/named/:orgId/:userId"), Owner({ ...rule, params: ["userId"] })],
    });
    const ask = await start([made], {
      ownerParam: { userId: "sub", orgId: "org" },
      onReject: ({ error }) => hints.push(error.hint),
    });
    const member = bearer("alice", { org: "acme" });
    for (const path of ["/nothing", "/acme/users/alice", "/stranger/alice"])
      expect(await ask(path, member), path).toBe("owner_mismatch");
    expect(hints.map((hint) => hint?.split(": ")[1]?.slice(0, 9))).toEqual([
      "owner is ",
      "the path ",
      "owner.par",
    ]);
    const admin = bearer("carol", { role: "support", org: "acme" });
    expect(await ask("/named/acme/alice", admin)).toBe("carol");
    expect(await ask("/named/globex/alice", admin)).toBe("owner_mismatch");
    for (const [invalid, message] of [
      [undefined, "Owner: pass a rule, as in @Owner({ or: [requireClaim(...)] })."],
      [{}, /^Owner: /],
      [{ or: [] }, "Owner: owner.or: pass at least one policy."],
    ] as const) {
      expect(() => Owner(invalid as never)).toThrow(ConfigurationError);
      expect(() => Owner(invalid as never)).toThrow(message);
    }
  });

  it("@Owner() works below a global prefix with the parameter, and is reported once", async () => {
    const reported: unknown[] = [];
    const made = controllerOf({ tasks: [Get("/tasks"), Owner(rule)], secret: [Get("/secret")] });
    const ask = await start(
      [made],
      { onOwnerException: ({ exceptions }) => reported.push(exceptions) },
      (nest) => nest.setGlobalPrefix("users/:userId"),
    );
    expect(await ask("/users/alice/tasks")).toBe("carol");
    expect(await ask("/users/alice/secret")).toBe("owner_mismatch");
    expect(reported).toEqual([[{ param: "userId", value: "alice", policies: ["role support"] }]]);
  });

  it("@Owner() is for a parameter of the host too", async () => {
    const host = ":userId.example.com";
    const made = controllerOf(
      { host: [Get("/host"), Owner(rule)], both: [Get("/both/:userId"), Owner(rule)] },
      { host },
    );
    const plain = controllerOf({ plain: [Get("/plain")] }, { host });
    const orgs = controllerOf(
      { org: [Get("/orgs/:orgId"), Owner({ ...rule, params: ["userId"] })] },
      { host },
    );
    await start([made, plain, orgs], { ownerParam: { userId: "sub", orgId: "org" } });
    const at = async (path: string, header = support) => {
      const lines = [`GET ${path} HTTP/1.1`, "Host: alice.example.com", "Connection: close", header, "", ""];
      const origin = `http://127.0.0.1:${app?.getHttpServer().address().port}`;
      const { status, body } = await sendBytes(origin, lines.join("\r\n"));
      return status < 400 ? JSON.parse(body).id : JSON.parse(body).code;
    };
    expect(await at("/host")).toBe("carol");
    expect(await at("/host", alice)).toBe("alice");
    expect(await at("/host", bearer("bob"))).toBe("owner_mismatch");
    expect(await at("/both/alice")).toBe("carol");
    expect(await at("/both/bob", alice)).toBe("owner_mismatch");
    expect(await at("/plain")).toBe("owner_mismatch");
    const admin = bearer("carol", { role: "support", org: "acme" });
    expect(await at("/orgs/acme", admin)).toBe("carol");
    expect(await at("/orgs/globex", admin)).toBe("owner_mismatch");
  });

  it("checks each of several parameters of the host", async () => {
    const made = controllerOf({ me: [Get("/me")] }, { host: ":orgId.:userId.example.com" });
    await start([made], { ownerParam: { userId: "sub", orgId: "org" } });
    const origin = `http://127.0.0.1:${app?.getHttpServer().address().port}`;
    const at = async (host: string) => {
      const member = bearer("alice", { org: "acme" });
      const lines = ["GET /me HTTP/1.1", `Host: ${host}.example.com`, "Connection: close", member, "", ""];
      return (await sendBytes(origin, lines.join("\r\n"))).status;
    };
    expect(await at("acme.alice")).toBe(200);
    expect(await at("acme.bob")).toBe(403);
    expect(await at("globex.alice")).toBe(403);
  });

  it("@OptionalAuth() is for its handler, and for those of the controller without their own", async () => {
    const open = controllerOf({ optional: [Get("/o/optional"), OptionalAuth()] });
    Public()(open);
    const optional = controllerOf({
      plain: [Get("/p/plain")],
      public: [Get("/p/public"), Public()],
      scoped: [Get("/p/scoped"), RequireScopes("a")],
      owned: [Get("/p/:userId"), Owner(rule)],
    });
    OptionalAuth()(optional);
    const ask = await start([open, optional]);
    for (const path of ["/o/optional", "/p/plain"]) {
      expect(await ask(path, anonymous), path).toBe(null);
      expect(await ask(path, alice), path).toBe("alice");
      expect(await ask(path, "Authorization: Bearer x"), path).toBe("token_malformed");
    }
    // Its parameter throws: no token is verified.
    expect(await ask("/p/public", "Authorization: Bearer x")).not.toBe("token_malformed");
    for (const path of ["/p/scoped", "/p/alice"])
      expect(await ask(path, anonymous)).toBe("credentials_missing");
  });

  it("Nest's Reflector finds the marks under their keys", () => {
    class Marked {}
    for (const mark of [Public(), Owner(rule)]) mark(Marked);
    expect(new Reflector().get(Public().KEY, Marked)).toBe(true);
    expect(new Reflector().get(Owner(rule).KEY, Marked)).toEqual(rule);
    // Another copy of the package finds them too.
    const keys = [Public().KEY, OptionalAuth().KEY, Owner(rule).KEY];
    expect(keys).toEqual(["usher:public", "usher:optional", "usher:owner"]);
  });

  it("a handler is not both public and with an optional token", () => {
    for (const both of [
      [Public(), OptionalAuth()],
      [OptionalAuth(), Public()],
    ]) {
      expect(() => controllerOf({ both: [Get("/both"), ...both] })).toThrow(ConfigurationError);
      class Both {}
      const decorate = () => both.map((decorator) => decorator(Both));
      expect(decorate).toThrow(ConfigurationError);
      expect(decorate).toThrow("A handler is either @Public() or @OptionalAuth(), not both.");
    }
  });

  it("gives interceptors the principal, or null", async () => {
    const seen: unknown[] = [];
    const principalIn = (request: object) => {
      try {
        return principalOf(request).id;
      } catch (error) {
        return (error as Error).message;
      }
    };
    const made = controllerOf({ optional: [Get("/optional"), OptionalAuth()], me: [Get("/me")] });
    const ask = await start([made], {}, (nest) =>
      nest.useGlobalInterceptors({
        intercept(context: ExecutionContext, next: { handle(): never }) {
          const request = context.switchToHttp().getRequest();
          seen.push([optionalPrincipalOf(request)?.id, principalIn(request)]);
          return next.handle();
        },
      }),
    );
    await ask("/optional", anonymous);
    await ask("/optional", alice);
    await ask("/me", alice);
    const none = "This request has no token. On a route with @OptionalAuth(), use optionalPrincipalOf().";
    expect(seen).toEqual([
      [undefined, none],
      ["alice", "alice"],
      ["alice", "alice"],
    ]);
    expect(optionalPrincipalOf({})).toBe(null);
  });

  it("serves the metadata of the resource outside the global prefix, and before a wildcard", async () => {
    const protectedResource = {
      resource: "https://api.example.com",
      authorizationServers: "https://a.example.com",
    };
    const made = controllerOf({ all: [All(platform === "express" ? "/*path" : "/*")] });
    for (const prefix of ["", "v1"]) {
      const ask = await start([made], { protectedResource }, (nest) => nest.setGlobalPrefix(prefix));
      expect(await ask("/.well-known/oauth-protected-resource", anonymous)).toBe(undefined);
      expect(await ask("/.well-known/oauth-protected-resource?x=1", "Authorization: Bearer x")).toBe(
        undefined,
      );
      expect(await ask("/.well-known/other", anonymous)).toBe("credentials_missing");
      await app?.close();
    }
  });
});

it("nestjs in another Express app reads the path of the metadata before the mount removes a part", async () => {
  const protectedResource = {
    resource: "https://api.example.com",
    authorizationServers: "https://a.example.com",
  };
  app = await createNestApp("express", { verifier, ownerParam: "userId", protectedResource }, []);
  await app.init();
  const outer = express();
  outer.use(["/.well-known", "/mounted"], app.getHttpAdapter().getInstance());
  const server = await listen(createServer(outer));
  onTestFinished(() => server.close());
  const statusOf = async (path: string) => (await fetch(server.origin + path)).status;
  expect(await statusOf("/.well-known/oauth-protected-resource")).toBe(200);
  expect(await statusOf("/mounted/.well-known/oauth-protected-resource")).toBe(401);
});
