import {
  type ArgumentsHost,
  Catch,
  type ExecutionContext,
  Get,
  HostParam,
  HttpException,
  type INestApplication,
  Module,
  Param,
  Post,
  SetMetadata,
  VersioningType,
} from "@nestjs/common";
import { APP_GUARD, NestFactory, RouterModule } from "@nestjs/core";
import { createTestIssuer } from "@usher-auth/testing";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { RejectEvent } from "../../src/access/index.ts";
import {
  Principal,
  Public,
  principalOf,
  RequireClaim,
  RequirePolicies,
  RequireScopes,
  UsherModule,
} from "../../src/adapters/nestjs.ts";
import { ConfigurationError, createVerifier, remoteJwks, requireScopes } from "../../src/index.ts";
import { sendBytes } from "../contract/raw-request.ts";
import { decorate } from "../contract/targets/nest-decorate.ts";
import { platforms } from "../contract/targets/nest-platforms.ts";
import { createNestApp } from "../contract/targets/nestjs.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, verifier } = createBench();
const as = (user: string, claims: Record<string, unknown> = {}) => ({
  authorization: `Bearer ${issuer.tokenFor(user, { claims })}`,
});
const plain = (...method: MethodDecorator[]) => ({ method, parameters: [] });

let app: INestApplication;
afterEach(() => app?.close());

/** Starts the app, after `prepare`, and returns a function that sends requests. */
async function start(nest: INestApplication, prepare?: (app: INestApplication) => unknown) {
  app = nest;
  prepare?.(app);
  await app.listen(0, "127.0.0.1");
  const origin = `http://127.0.0.1:${app.getHttpServer().address().port}`;
  return (path: string, headers: Record<string, string> = {}, method = "GET") =>
    fetch(origin + path, { headers, method });
}

async function codeOf(answer: Promise<Response>): Promise<[number, string | undefined]> {
  const response = await answer;
  return [response.status, ((await response.json()) as { code?: string }).code];
}

describe.each(Object.keys(platforms) as (keyof typeof platforms)[])("nestjs adapter on %s", (platform) => {
  const build = (controllers: (new () => object)[], options = {}) =>
    createNestApp(platform, { verifier, ownerParam: "userId", ...options }, controllers);

  it("calls the app's exception filters for the app's errors, and not for rejections", async () => {
    class Failing {
      throws(): never {
        throw new HttpException("of the app's own", 418);
      }
    }
    decorate(Failing, { throws: plain(Get("/throws")) });
    const caught: unknown[] = [];
    class CatchAll {
      catch(error: unknown, host: ArgumentsHost): void {
        caught.push(error);
        const response = host.switchToHttp().getResponse();
        response.status(299).send("filtered");
      }
    }
    Catch()(CatchAll);
    const ask = await start(await build([Failing]), (nest) => nest.useGlobalFilters(new CatchAll()));
    for (const path of ["/throws", "/nowhere"]) {
      const refused = await ask(path);
      expect([refused.status, refused.headers.get("content-type")]).toEqual([
        401,
        "application/problem+json",
      ]);
    }
    expect(caught).toEqual([]);
    expect((await ask("/throws", as("alice"))).status).toBe(299);
    expect((await ask("/nowhere", as("alice"))).status).toBe(299);
    expect(caught).toHaveLength(2);
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    class Plain {
      me(): string {
        return "me";
      }
    }
    decorate(Plain, { me: plain(Get("/me")) });
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      const ask = await start(await build([Plain], { verifier: failing, onReject }));
      for (const path of ["/me", "/nowhere"]) expect((await ask(path, as("alice"))).status).toBe(500);
      expect(onReject).not.toHaveBeenCalled();
      await app.close();
    }
  });

  it("lets a handler's metadata win over its controller's, and policies over @Public()", async () => {
    const names = ["plain", "open", "scoped", "both"] as const;
    class Methods {
      plain(): string {
        return "in";
      }
      open(): string {
        return "in";
      }
      scoped(): string {
        return "in";
      }
      both(): string {
        return "in";
      }
    }
    class OpenController extends Methods {}
    class ScopedController extends Methods {}
    for (const [prefix, controller] of Object.entries({ o: OpenController, s: ScopedController })) {
      for (const name of names) {
        // Separate, so that the metadata of one controller's handler does not apply to the other's.
        Object.defineProperty(controller.prototype, name, { value: () => "in", writable: true });
      }
      decorate(controller, {
        plain: plain(Get(`/${prefix}/plain`)),
        open: plain(Get(`/${prefix}/open`), Public()),
        scoped: plain(Get(`/${prefix}/scoped`), RequireScopes("a"), RequireScopes("b")),
        both: plain(
          Get(`/${prefix}/both`),
          Public(),
          RequireClaim(({ role }) => role === "admin"),
        ),
      });
    }
    Public()(OpenController);
    RequireScopes("c")(ScopedController);
    const ask = await start(await build([OpenController, ScopedController]));
    const status = async (path: string, headers = {}) => (await ask(path, headers)).status;

    expect(await Promise.all(["/o/plain", "/o/open", "/s/open"].map((path) => status(path)))).toEqual([
      200, 200, 200,
    ]);
    for (const path of ["/o/scoped", "/o/both", "/s/plain", "/s/scoped", "/s/both"]) {
      expect(await status(path)).toBe(401);
      expect(await status(path, as("alice"))).toBe(403);
      expect(await status(path, as("alice", { scope: "a b c", role: "admin" }))).toBe(200);
    }
    expect(await status("/o/scoped", as("alice", { scope: "a" }))).toBe(403);
    expect(await status("/s/scoped", as("alice", { scope: "a b" }))).toBe(403);
    expect(await status("/s/both", as("alice", { role: "admin" }))).toBe(403);
  });

  it("gets options from other providers, and fails at start if they are invalid", async () => {
    class Me {
      me(principal: Principal): string {
        return principal.id;
      }
    }
    decorate(Me, { me: { method: [Get("/me")], parameters: [Principal()] } });
    const module = (ownerParam: string) => {
      class Settings {}
      Module({ providers: [{ provide: "OWNER", useValue: ownerParam }], exports: ["OWNER"] })(Settings);
      class App {}
      const usher = UsherModule.forRootAsync({
        imports: [Settings],
        inject: ["OWNER"],
        useFactory: (owner: string) => ({ verifier, ownerParam: owner }),
      });
      Module({ imports: [usher], controllers: [Me] })(App);
      return NestFactory.create(App, platforms[platform](), { logger: false, abortOnError: false });
    };
    const ask = await start(await module("userId"));
    expect((await ask("/me")).status).toBe(401);
    expect(await codeOf(ask("/me?access_token=x", as("alice")))).toEqual([400, "credentials_ambiguous"]);
    expect(await (await ask("/me", as("alice"))).text()).toBe("alice");
    await expect(module("")).rejects.toThrow(ConfigurationError);
  });

  it("fails at start if its options are request-scoped, because Nest would not create the guard", () => {
    const { module: Guarding } = UsherModule.forRootAsync({
      useFactory: () => ({ verifier, ownerParam: "userId" }),
    });
    // Nest 11.2 and later throws by itself. Earlier versions start without the guard.
    const { onModuleInit } = Guarding.prototype as { onModuleInit(): void };
    expect(onModuleInit).toThrow(/`Scope\.REQUEST`/);
  });

  describe("parameters of the host", () => {
    const rawStatus = async (host: string, path: string, user?: string) => {
      const headers = user === undefined ? [] : [`Authorization: ${as(user).authorization}`];
      const origin = `http://127.0.0.1:${app.getHttpServer().address().port}`;
      const { status, body } = await sendBytes(
        origin,
        [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: close", ...headers, "", ""].join("\r\n"),
      );
      return [status, body.startsWith("{") ? JSON.parse(body).code : body];
    };

    it("are restricted to their owner, like those of the path", async () => {
      class ByHost {
        read(id: string): string {
          return id;
        }
        both(host: string, id: string): string {
          return `${host} ${id}`;
        }
      }
      decorate(
        ByHost,
        {
          read: { method: [Get("/tasks")], parameters: [HostParam("userId")] },
          both: { method: [Get("/both/:userId")], parameters: [HostParam("userId"), Param("userId")] },
        },
        { host: ":userId.example.com" },
      );
      await start(await build([ByHost]));
      expect(await rawStatus("alice.example.com", "/tasks")).toEqual([401, "credentials_missing"]);
      expect(await rawStatus("alice.example.com", "/tasks", "alice")).toEqual([200, "alice"]);
      for (const host of ["bob.example.com", "Alice.example.com", "BOB.example.com"])
        expect(await rawStatus(host, "/tasks", "alice")).toEqual([403, "owner_mismatch"]);
      expect(await rawStatus("alice.example.com", "/both/alice", "alice")).toEqual([200, "alice alice"]);
      expect(await rawStatus("bob.example.com", "/both/alice", "alice")).toEqual([403, "owner_mismatch"]);
      expect(await rawStatus("alice.example.com", "/both/bob", "alice")).toEqual([403, "owner_mismatch"]);
    });

    it("are rejected for every user in another spelling", async () => {
      class Misspelt {
        read(id: string): string {
          return id;
        }
      }
      const read = { method: [Get("/tasks")], parameters: [HostParam("user_id")] };
      decorate(Misspelt, { read }, { host: ":user_id.example.com" });
      await start(await build([Misspelt]));
      expect(await rawStatus("alice.example.com", "/tasks", "alice")).toEqual([403, "owner_mismatch"]);
    });
  });

  it("finds the owner parameter in prefixes, versions, nested modules, and lists of paths", async () => {
    const reading = () => {
      class Reading {
        read(id: string): string {
          return id;
        }
      }
      return Reading;
    };
    const read = (...paths: string[]) => ({ read: { method: [Get(paths)], parameters: [Param("userId")] } });
    const asked = async (
      nest: INestApplication,
      path: string,
      prepare?: (app: INestApplication) => unknown,
    ) => {
      const ask = await start(nest, prepare);
      expect((await ask(path.replace("OWNER", "alice"))).status).toBe(401);
      expect(await codeOf(ask(path.replace("OWNER", "bob"), as("alice")))).toEqual([403, "owner_mismatch"]);
      expect(await (await ask(path.replace("OWNER", "alice"), as("alice"))).text()).toBe("alice");
      await app.close();
    };

    const listed = decorate(reading(), read("/a/:userId", "/b/:userId"));
    await asked(await build([listed]), "/b/OWNER");
    await asked(await build([decorate(reading(), read("/tasks"))]), "/users/OWNER/tasks", (nest) =>
      nest.setGlobalPrefix("users/:userId"),
    );
    await asked(await build([decorate(reading(), read("/:userId"), { version: "2" })]), "/v2/OWNER", (nest) =>
      nest.enableVersioning({ type: VersioningType.URI }),
    );
    class Inner {}
    Module({ controllers: [decorate(reading(), read("/tasks"))] })(Inner);
    class App {}
    const routes = RouterModule.register([
      { path: "users/:userId", children: [{ path: "deep", module: Inner }] },
    ]);
    Module({ imports: [UsherModule.forRoot({ verifier, ownerParam: "userId" }), Inner, routes] })(App);
    await asked(
      await NestFactory.create(App, platforms[platform](), { logger: false }),
      "/users/OWNER/deep/tasks",
    );
  });

  it("rejects an owner parameter with another spelling", async () => {
    class Misspelt {
      read(id: string): string {
        return id;
      }
    }
    decorate(Misspelt, { read: { method: [Get("/users/:user_id")], parameters: [Param("user_id")] } });
    const events: RejectEvent<object>[] = [];
    const onReject = (event: RejectEvent<object>) => events.push(event);
    const ask = await start(await build([Misspelt], { onReject }));
    expect(await codeOf(ask("/users/alice", as("alice")))).toEqual([403, "owner_mismatch"]);
    expect(events[0]?.error.hint).toContain('"user_id" is not checked against the owner');
  });

  it("keeps CORS headers, on known and unknown paths, and lets CORS answer preflights", async () => {
    class Me {
      me(): string {
        return "me";
      }
    }
    decorate(Me, { me: plain(Post("/me")) });
    const origin = "https://app.example.com";
    const ask = await start(await build([Me]), (nest) => nest.enableCors({ origin }));
    for (const path of ["/me", "/nowhere"]) {
      const refused = await ask(path, { origin }, "POST");
      expect([refused.status, refused.headers.get("access-control-allow-origin")]).toEqual([401, origin]);
    }
    const preflight = await ask("/me", { origin, "access-control-request-method": "POST" }, "OPTIONS");
    expect(preflight.status).toBe(204);
  });

  it("waits for keys on unknown paths", async () => {
    const remote = createTestIssuer({ algorithm: "EdDSA" });
    const waiting = createVerifier({
      keys: remoteJwks("https://app.example.com/jwks", { fetch: async () => Response.json(remote.jwks()) }),
      issuer: remote.issuer,
      audience: remote.audience,
    });
    const ask = await start(await build([], { verifier: waiting }));
    const token = { authorization: `Bearer ${remote.tokenFor("alice")}` };
    const answers = await Promise.all([
      ask("/nowhere"),
      ask("/nowhere", token),
      ask("/nowhere", as("alice")),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([401, 404, 401]);
  });

  it("throws if a public route reads the principal", async () => {
    class Wrong {
      read(principal: Principal): string {
        return principal.id;
      }
    }
    decorate(Wrong, { read: { method: [Get("/wrong"), Public()], parameters: [Principal()] } });
    const ask = await start(await build([Wrong]));
    expect((await ask("/wrong", as("alice"))).status).toBe(500);
    expect(() => principalOf({})).toThrow("its route is public");
  });

  it("reads its own metadata, and makes a handler public for `true` only", async () => {
    class Said {
      open(): string {
        return "in";
      }
      textual(): string {
        return "in";
      }
      scoped(): string {
        return "in";
      }
    }
    decorate(Said, {
      open: plain(Get("/open"), SetMetadata("usher:public", true)),
      textual: plain(Get("/textual"), SetMetadata("usher:public", "true")),
      scoped: plain(Get("/scoped"), SetMetadata("usher:policies", [requireScopes("a")])),
    });
    const ask = await start(await build([Said]));
    expect((await ask("/open")).status).toBe(200);
    expect((await ask("/textual")).status).toBe(401);
    expect(await codeOf(ask("/scoped", as("alice")))).toEqual([403, "scope_insufficient"]);
    expect(() => RequirePolicies("a" as never)).toThrow("RequirePolicies: policies must be");
  });

  it("does nothing in an application without HTTP", async () => {
    class App {}
    Module({ imports: [UsherModule.forRoot({ verifier, ownerParam: "userId" })] })(App);
    const context = await NestFactory.createApplicationContext(App, { logger: false, abortOnError: false });
    await context.close();
  });

  it("rejects everything except HTTP requests", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const dynamic = UsherModule.forRoot({ verifier, ownerParam: "userId" });
    const [provider] = dynamic.providers as [{ provide: unknown; useFactory(host: object): Promise<never> }];
    expect(provider.provide).toBe(APP_GUARD);
    const guard: { canActivate(context: ExecutionContext): boolean } = await provider.useFactory({});
    expect(guard.canActivate({ getType: () => "ws" } as unknown as ExecutionContext)).toBe(false);
    expect(warned).toHaveBeenCalledWith(
      expect.stringContaining('rejected a call of type "ws"'),
      expect.objectContaining({ code: "USHER_NOT_HTTP" }),
    );
    warned.mockRestore();
  });
});
