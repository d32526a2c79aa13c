import {
  createApp,
  createError,
  createRouter,
  defineEventHandler,
  getRouterParam,
  type H3Event,
  isError,
  toWebHandler,
  useBase,
} from "h3-v1";
import { describe, expect, it, vi } from "vitest";
import { interceptParams, Refused } from "../../src/adapters/h3-v1/params.ts";
import { enforce, principalOf, type UsherOptions, usher } from "../../src/adapters/h3-v1.ts";
import { ConfigurationError, requireScopes } from "../../src/index.ts";
import { createBench, failingVerifiers, waitingVerifier } from "../support.ts";

const { issuer, verifier } = createBench();
const as = (user: string) => ({ headers: { authorization: `Bearer ${issuer.tokenFor(user)}` } });

function build(
  add: (router: ReturnType<typeof createRouter>) => unknown,
  options: Partial<UsherOptions> = {},
) {
  const errors: unknown[] = [];
  const app = createApp({
    onError: ({ cause, message }) => void errors.push((cause as Error)?.message ?? message),
  });
  const router = createRouter();
  add(router);
  app.use(defineEventHandler(usher({ verifier, ownerParam: "userId", ...options }))).use(router);
  const handle = toWebHandler(app);
  return {
    errors,
    ask: (path: string, init: object = {}) => handle(new Request(`http://localhost${path}`, init)),
  };
}

async function codeOf(answer: Response | Promise<Response>): Promise<[number, string | undefined]> {
  const response = await answer;
  return [response.status, ((await response.json()) as { code?: string }).code];
}

const readings = defineEventHandler((event: H3Event) => ({
  plain: getRouterParam(event, "userId"),
  decoded: getRouterParam(event, "userId", { decode: true }),
  id: principalOf(event).id,
}));

describe("h3 1 adapter", () => {
  it("checks the owner in routers and nested routers, and gives the handler one value", async () => {
    const { ask } = build((router) =>
      router
        .get("/users/:userId", readings)
        .use("/deep/**", useBase("/deep", createRouter().get("/:userId/x", readings).handler)),
    );
    for (const path of ["/users/bob", "/deep/bob/x"]) {
      expect(await codeOf(ask(path))).toEqual([401, "credentials_missing"]);
      expect(await codeOf(ask(path, as("alice")))).toEqual([403, "owner_mismatch"]);
      expect(await (await ask(path, as("bob"))).json()).toEqual({ plain: "bob", decoded: "bob", id: "bob" });
    }
    expect(await (await ask("/users/a%2Fb", as("a/b"))).json()).toEqual({
      plain: "a/b",
      decoded: "a/b",
      id: "a/b",
    });
    for (const id of ["a%2Fb", "a/b"])
      expect(await codeOf(ask("/users/a%252Fb", as(id)))).toEqual([403, "owner_mismatch"]);
  });

  it("rejects the pattern itself as a path, for which h3 returns no parameter, and another spelling", async () => {
    const run = vi.fn();
    const { ask } = build((router) => {
      router
        .get("/users/:userId", defineEventHandler(run))
        .get("/misspelt/:user_id", defineEventHandler(run));
    });
    for (const path of ["/users/:userId", "/misspelt/alice"])
      expect(await codeOf(ask(path, as("alice")))).toEqual([403, "owner_mismatch"]);
    expect(run).not.toHaveBeenCalled();
  });

  it("checks parameters that were set before it ran, and those that no route of a router declares", async () => {
    const guard = usher({ verifier, ownerParam: "userId" });
    const handle = toWebHandler(
      createApp().use(
        createRouter().get(
          "/users/:userId",
          defineEventHandler({ onRequest: (event) => guard(event) as never, handler: readings }),
        ),
      ),
    );
    const inside = (user: string) => handle(new Request("http://localhost/users/alice", as(user)));
    expect((await inside("alice")).status).toBe(200);
    expect(await codeOf(inside("bob"))).toEqual([403, "owner_mismatch"]);
    const { ask } = build((router) =>
      router.use(
        "/**",
        defineEventHandler((event) => {
          event.context.matchedRoute = undefined as never;
          event.context.params = Object.fromEntries(new URL(event.path, "http://localhost").searchParams);
          return "in";
        }),
      ),
    );
    expect((await ask("/x?userId=alice", as("alice"))).status).toBe(200);
    for (const query of ["userId=bob", "user_id=alice"])
      expect(await codeOf(ask(`/x?${query}`, as("alice")))).toEqual([403, "owner_mismatch"]);
  });

  it("responds once, and passes rejections to the app's error handler as errors of h3", async () => {
    const { ask, errors } = build((router) => router.get("/users/:userId", readings));
    const refused = await ask("/users/bob", as("alice"));
    expect([refused.status, refused.headers.get("content-type")]).toEqual([403, "application/problem+json"]);
    expect(errors).toEqual(["usher refused this request, and has answered it."]);
  });

  it("checks policies with enforce, as a hook and in the handler", async () => {
    const scoped = enforce(requireScopes("a"));
    const { ask } = build((router) =>
      router.get("/hook", defineEventHandler({ onRequest: scoped, handler: () => "in" })).get(
        "/inside",
        defineEventHandler(async (event) => {
          await scoped(event);
          return "in";
        }),
      ),
    );
    const token = issuer.tokenFor("alice", { claims: { scope: "a" } });
    for (const path of ["/hook", "/inside"]) {
      expect(await codeOf(ask(path, as("alice")))).toEqual([403, "scope_insufficient"]);
      expect(await (await ask(path, { headers: { authorization: `Bearer ${token}` } })).text()).toBe("in");
    }
    expect(() => (enforce as () => unknown)()).toThrow(
      new ConfigurationError("enforce: pass at least one policy."),
    );
    await expect(scoped({} as never)).rejects.toThrow("no usher(...) runs before this route");
    expect(() => principalOf({} as never)).toThrow("No principal was verified");
  });

  it("waits for keys, and passes on other errors of the verifier", async () => {
    const waiting = build((router) => router.get("/users/:userId", readings), {
      verifier: waitingVerifier(verifier),
    });
    expect((await waiting.ask("/users/alice", as("alice"))).status).toBe(200);
    expect(await codeOf(waiting.ask("/users/bob", as("alice")))).toEqual([403, "owner_mismatch"]);
    for (const failing of failingVerifiers(verifier)) {
      const onReject = vi.fn();
      const { ask, errors } = build((router) => router.get("/me", readings), { verifier: failing, onReject });
      expect((await ask("/me", as("alice"))).status).toBe(500);
      expect(errors).toEqual(["the verifier's"]);
      expect(onReject).not.toHaveBeenCalled();
    }
  });
});

describe("the rejection that stops h3 1", () => {
  it("is an error as h3 creates them", () => {
    const [own, theirs] = [new Refused(), createError({ statusCode: 403, statusMessage: "" })];
    const { statusCode, statusMessage, fatal, unhandled } = theirs;
    expect(own).toMatchObject({ statusCode, statusMessage: statusMessage ?? "", fatal, unhandled });
    expect(isError(own)).toBe(true);
    expect(JSON.parse(JSON.stringify(own))).toEqual({
      message: "usher refused this request, and has answered it.",
      statusCode: 403,
    });
  });
});

describe("the parameters of an h3 1 context", () => {
  it("are checked whenever they are set to an object, with owner parameters decoded", () => {
    const context: Record<string, unknown> = {};
    const checked: unknown[] = [];
    interceptParams(context, ["userId"], (params) => checked.push({ ...params }));
    expect(Object.keys(context)).toEqual(["params"]);
    for (const nothing of [undefined, null, "text"]) context.params = nothing;
    expect(checked).toEqual([]);
    for (const userId of ["alice", "%61lice", "%2561lice", "%zz", 7])
      context.params = { userId, other: "%61" };
    const seen = (userId: unknown) => ({ userId, other: "%61" });
    expect(checked).toEqual([seen("alice"), seen("alice"), seen(""), seen("%zz"), seen(7)]);
    expect(context.params).toEqual(seen(7));
  });
});
