import { Elysia, t } from "elysia";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { usher } from "../../src/adapters/elysia.ts";
import { ConfigurationError, requireClaim, requireScopes } from "../../src/index.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const newGuard = () => usher({ verifier, ownerParam: "userId" });
let guard = newGuard();
beforeEach(() => {
  guard = newGuard();
});

/** Anything that handles requests like an Elysia app. */
interface App {
  handle(request: Request): Promise<Response>;
}

/**
 * Sends `GET path` as this user, or without a token. Returns the status, and the rejection's code or the
 * text.
 */
async function ask(app: App, path: string, user?: string, claims: Record<string, unknown> = {}) {
  const headers = user === undefined ? {} : { authorization: `Bearer ${issuer.tokenFor(user, { claims })}` };
  const response = await app.handle(new Request(`http://localhost${path}`, { headers }));
  const text = await response.text();
  return [response.status, text.startsWith("{") ? (JSON.parse(text) as { code: string }).code : text];
}

const admin = () => "admin";
/** A new array for each app, because Elysia writes into the options. */
const A = () => ({ policies: [requireScopes("a")] });
const B = () => ({ policies: [requireScopes("b")] });
/** Without types: TypeScript does not know that half of these apps have the guard. */
// biome-ignore lint/suspicious/noExplicitAny: as said.
type Any = any;
const bare = (config: object = {}): Any => new Elysia(config);

/** Apps whose route `/admin` requires the scope `a`, in each way that Elysia's docs show. */
const shapes: Readonly<Record<string, () => App | Promise<App>>> = {
  "a route's own": () => bare().use(guard).get("/admin", admin, A()),
  "a route of any method": () => bare().use(guard).all("/admin", admin, A()),
  "route()": () => bare().use(guard).route("GET", "/admin", admin, A()),
  "a constant response": () => bare().use(guard).get("/admin", "admin", A()),
  "a constant response with hooks of every kind": () =>
    bare()
      .use(guard)
      .onParse(() => undefined)
      .onBeforeHandle(() => undefined)
      .onAfterHandle(() => undefined)
      .get("/admin", new Response("admin"), A()),
  "the guard in a plugin": () => bare().use(bare().use(guard)).get("/admin", admin, A()),
  "the guard in a named plugin": () =>
    bare()
      .use(bare({ name: "auth" }).use(guard))
      .get("/admin", admin, A()),
  "the guard in a plugin of a plugin": () =>
    bare()
      .use(bare({ name: "outer" }).use(bare({ name: "auth" }).use(guard)))
      .get("/admin", admin, A()),
  "the guard in a plugin that is a function": () =>
    bare()
      .use((app: Any) => app.use(guard))
      .get("/admin", admin, A()),
  "the guard in a plugin with a seed": () =>
    bare()
      .use(bare({ name: "auth", seed: 1 }).use(guard))
      .get("/admin", admin, A()),
  "a plugin's route": () => bare().use(bare({ name: "auth" }).use(guard).get("/admin", admin, A())),
  "a route of a plugin that uses the named plugin too": () => {
    const auth = bare({ name: "auth" }).use(guard);
    return bare()
      .use(auth)
      .use(bare().use(auth).get("/admin", admin, A()));
  },
  "a route of a plugin that does not know the guard": () =>
    bare()
      .use(guard)
      .use(bare().get("/admin", admin, A())),
  "a route below a prefix": () => bare({ prefix: "/admin" }).use(guard).get("", admin, A()),
  "a route of a plugin with a prefix": () =>
    bare()
      .use(guard)
      .use(bare({ prefix: "/admin" }).use(guard).get("", admin, A())),
  "a named plugin, used twice": () => {
    const plugin = bare({ name: "routes" }).use(guard).guard(A()).get("/admin", admin);
    return bare()
      .use(bare({ prefix: "/v1" }).use(plugin))
      .use(plugin);
  },
  "two plugins of the same name": () => {
    const plugin = () => bare({ name: "routes" }).use(guard).guard(A());
    return bare().use(plugin().get("/other", admin)).use(plugin().get("/admin", admin));
  },
  "guard()": () => bare().use(guard).guard(A()).get("/admin", admin),
  "guard() in a named app": () => bare({ name: "root" }).use(guard).guard(A()).get("/admin", admin),
  "guard() with a callback": () =>
    bare()
      .use(guard)
      .guard(A(), (app: Any) => app.get("/admin", admin)),
  "guard() within guard()": () =>
    bare()
      .use(guard)
      .guard({}, (app: Any) => app.guard(A(), (inner: Any) => inner.get("/admin", admin))),
  "guard() that a plugin applies to its parent": () =>
    bare()
      .use(guard)
      .use(
        bare()
          .use(guard)
          .guard({ as: "scoped", ...A() }),
      )
      .get("/admin", admin),
  "guard() that a plugin applies globally": () =>
    bare()
      .use(guard)
      .use(
        bare().use(
          bare()
            .use(guard)
            .guard({ as: "global", ...A() }),
        ),
      )
      .get("/admin", admin),
  "as()": () => bare().use(guard).use(bare().use(guard).guard(A()).as("scoped")).get("/admin", admin),
  "group()": () =>
    bare()
      .use(guard)
      .group("/admin", (app: Any) => app.get("", admin, A())),
  "group() with options": () =>
    bare()
      .use(guard)
      .group("/admin", A(), (app: Any) => app.get("", admin)),
  "group() within group()": () =>
    bare()
      .use(guard)
      .group("/x", (app: Any) => app.group("/y", A(), (inner: Any) => inner.get("", admin)))
      .get("/admin", admin, A()),
  "the app's own macro": () => bare().use(guard).macro({ staff: A() }).get("/admin", admin, { staff: true }),
  "together with a macro that returns nothing": () =>
    bare()
      .use(guard)
      .macro({ off: () => undefined })
      .get("/admin", admin, { off: true, ...A() }),
  "a plugin that is loaded later": async () => {
    const app = bare()
      .use(guard)
      .use(Promise.resolve({ default: bare().use(guard).get("/admin", admin, A()) }));
    await app.modules;
    return app;
  },
  "a plugin that is an asynchronous function": async () => {
    const app = bare()
      .use(guard)
      .use(async (inner: Any) => inner.get("/admin", admin, A()));
    await app.modules;
    return app;
  },
  "an app with the guard that an asynchronous function returns": async () => {
    const app = bare({ prefix: "/admin" }).use(async () => bare().use(guard).get("", admin, A()));
    await app.modules;
    return app;
  },
  "a plugin with the guard in an app that two others use": () => {
    const inner = bare().use(bare().use(guard)).get("", admin, A());
    const app = bare({ prefix: "/admin" }).use(inner);
    bare({ prefix: "/other" }).use(inner);
    return app;
  },
  "the guard in an app that another one already uses": () => {
    const app = bare();
    bare().use(app);
    return app.use(guard).get("/admin", admin, A());
  },
  "a route that is added after the first request": async () => {
    const app = bare().use(guard).get("/first", admin);
    await ask(app, "/first");
    return app.get("/admin", admin, A()).compile();
  },
  "a route that replaces another one": async () => {
    const app = bare()
      .use(guard)
      .get("/admin", () => "open", { public: true });
    await ask(app, "/admin");
    return app.get("/admin", admin, A());
  },
  "a mounted server": () =>
    bare()
      .use(guard)
      .mount("/admin", () => new Response("admin"), A()),
  "a separate mounted app": () =>
    bare().mount("/x", () => new Response("x")) &&
    bare()
      .use(guard)
      .mount(bare().use(guard).get("/admin", admin, A())),
};

describe("policies of Elysia routes", () => {
  it.each(Object.entries(shapes))("are checked: %s", async (_name, build) => {
    const app = await build();
    expect(await ask(app, "/admin")).toEqual([401, "credentials_missing"]);
    expect(await ask(app, "/admin", "alice")).toEqual([403, "scope_insufficient"]);
    expect(await ask(app, "/admin", "alice", { scope: "b" })).toEqual([403, "scope_insufficient"]);
    expect(await ask(app, "/admin", "alice", { scope: "a" })).toEqual([200, "admin"]);
  });

  const both: Readonly<Record<string, () => App>> = {
    "guard() and a route": () => bare().use(guard).guard(A()).get("/admin", admin, B()),
    "guard() with a callback and a route": () =>
      bare()
        .use(guard)
        .guard(A(), (app: Any) => app.get("/admin", admin, B())),
    "guard() twice": () => bare().use(guard).guard(A()).guard(B()).get("/admin", admin),
    "group() and a route": () =>
      bare()
        .use(guard)
        .group("/admin", A(), (app: Any) => app.get("", admin, B())),
    "group() and guard()": () =>
      bare()
        .use(guard)
        .group("/admin", A(), (app: Any) => app.guard(B()).get("", admin)),
    "a macro and a route": () =>
      bare()
        .use(guard)
        .macro({ staff: A() })
        .get("/admin", admin, { staff: true, ...B() }),
    "two policies of one name": () =>
      bare()
        .use(guard)
        .macro({ one: { policies: [requireClaim(({ scope }) => String(scope).includes("a"), "same")] } })
        .get("/admin", admin, {
          one: true,
          policies: [requireClaim(({ scope }) => String(scope).includes("b"), "same")],
        }),
    "two routes that may serve the path": () =>
      bare().use(guard).all("/admin", admin, A()).get("/admin", admin, B()),
  };

  it.each(Object.entries(both))("add up: %s", async (_name, build) => {
    const app = build();
    for (const scope of ["", "a", "b"]) {
      expect(await ask(app, "/admin", "alice", { scope })).toEqual([403, "scope_insufficient"]);
    }
    expect(await ask(app, "/admin", "alice", { scope: "a b" })).toEqual([200, "admin"]);
  });

  it("are checked in options that several routes, guards and apps share", async () => {
    const options = A();
    const another = usher({ verifier, ownerParam: null });
    for (const use of [guard, guard, another]) {
      const app = bare().use(use).get("/admin", admin, options).get("/twin", admin, options);
      const scoped = bare()
        .use(use)
        .use(
          bare()
            .use(use)
            .guard({ as: "scoped", ...options }),
        );
      const guarded = bare().use(use).guard(options).get("/admin", admin);
      scoped.get("/admin", admin);
      for (const [tried, path] of [
        [app, "/admin"],
        [app, "/twin"],
        [scoped, "/admin"],
        [guarded, "/admin"],
      ] as const) {
        expect(await ask(tried, path, "alice")).toEqual([403, "scope_insufficient"]);
        expect(await ask(tried, path, "alice", { scope: "a" })).toEqual([200, "admin"]);
      }
    }
  });

  it("are checked in an app that the guard does not know, if it has a route's options and gets the request", async () => {
    const options = A();
    bare().use(guard).get("/elsewhere", admin, options);
    const unknown = bare().get("/admin", admin, options);
    const app = bare()
      .use(guard)
      .get("/admin", ({ request }: Any) => unknown.handle(request));
    expect(await ask(app, "/admin", "alice")).toEqual([403, "scope_insufficient"]);
    expect(await ask(app, "/admin", "alice", { scope: "a" })).toEqual([200, "admin"]);
    const [a, b] = [requireScopes("a"), requireScopes("b")];
    const two = { policies: [a, b] };
    bare().use(guard).get("/elsewhere", admin, two);
    const inner = bare().get("/admin", admin, two);
    const outer = bare()
      .use(guard)
      .get("/admin", ({ request }: Any) => inner.handle(request), { policies: [a] });
    expect(await ask(outer, "/admin", "alice", { scope: "a" })).toEqual([403, "scope_insufficient"]);
    expect(await ask(outer, "/admin", "alice", { scope: "a b" })).toEqual([200, "admin"]);
  });

  it("are checked before code of the app runs", async () => {
    const ran: string[] = [];
    const note = (name: string) => () => void ran.push(name);
    const app = bare()
      .use(guard)
      .onTransform(note("transform"))
      .onBeforeHandle(note("beforeHandle"))
      .get("/admin", admin, { transform: note("its transform"), beforeHandle: () => "a short cut", ...A() });
    expect(await ask(app, "/admin", "alice")).toEqual([403, "scope_insufficient"]);
    expect(ran).toEqual([]);
  });

  it("are rejected at start if they are invalid", () => {
    const use = () =>
      bare()
        .use(guard)
        .get("/admin", admin, { policies: requireScopes("a") });
    expect(use).toThrow(ConfigurationError);
    expect(use).toThrow("usher: policies must be a list");
  });
});

describe("public Elysia routes", () => {
  const open: Readonly<Record<string, () => App | Promise<App>>> = {
    "a route's own": () =>
      bare()
        .use(guard)
        .get("/open", () => "open", { public: true }),
    "the guard in a plugin": () =>
      bare()
        .use(bare({ name: "auth" }).use(guard))
        .get("/open", () => "open", { public: true }),
    "the guard in a plugin of a plugin": () =>
      bare()
        .use(bare().use(bare({ name: "auth" }).use(guard)))
        .get("/open", () => "open", { public: true }),
    "a plugin's route": () =>
      bare().use(
        bare({ name: "x" })
          .use(guard)
          .get("/open", () => "open", { public: true }),
      ),
    "guard() with a callback": () =>
      bare()
        .use(guard)
        .guard({ public: true }, (app: Any) => app.get("/open", () => "open")),
    "group()": () =>
      bare()
        .use(guard)
        .group("/open", { public: true }, (app: Any) => app.get("", () => "open")),
    "a plugin of two apps": () => {
      const auth = bare({ name: "auth" }).use(guard);
      const one = bare()
        .use(auth)
        .get("/open", () => "open", { public: true });
      bare().use(auth);
      return one;
    },
  };

  it.each(Object.entries(open))("need no token: %s", async (_name, build) => {
    const app = await build();
    expect(await ask(app, "/open")).toEqual([200, "open"]);
    expect(await ask(app, "/elsewhere")).toEqual([401, "credentials_missing"]);
  });

  it("require a token again if the route says `public: false`", async () => {
    const app = bare()
      .use(guard)
      .group("/x", { public: true }, (group: Any) => group.get("/closed", () => "closed", { public: false }));
    expect(await ask(app, "/x/closed")).toEqual([401, "credentials_missing"]);
  });

  it("cannot be created by guard() without a callback, which would make earlier routes public", () => {
    for (const options of [{ public: true }, { as: "global", public: true }]) {
      const open = () => bare().use(guard).get("/earlier", admin).guard(options);
      expect(open).toThrow(ConfigurationError);
      expect(open).toThrow("would also open earlier routes");
    }
  });

  it("require a token if a guarded route has replaced them", async () => {
    const app = bare()
      .use(guard)
      .get("/x", () => "open", { public: true });
    expect(await ask(app, "/x")).toEqual([200, "open"]);
    app.get("/x", () => "closed");
    expect(await ask(app, "/x")).toEqual([401, "credentials_missing"]);
    const one = bare()
      .use(guard)
      .all("/x", () => "open", { public: true })
      .get("/x", () => "open", { public: true });
    expect(await ask(one, "/x")).toEqual([200, "open"]);
    one.get("/x", () => "closed");
    expect(await ask(one, "/x"), "one of two").toEqual([401, "credentials_missing"]);
  });
});

describe("owners of Elysia routes", () => {
  const own = ({ params }: Any) => params.userId;
  const owned: Readonly<Record<string, () => App | Promise<App>>> = {
    "the guard in a plugin": () =>
      bare()
        .use(bare({ name: "auth" }).use(guard))
        .get("/u/:userId", own),
    "a plugin that does not know the guard": () =>
      bare()
        .use(guard)
        .use(bare({ prefix: "/u" }).get("/:userId", own)),
    "a prefix": () =>
      bare()
        .use(guard)
        .use(bare({ prefix: "/u/:userId" }).get("", own)),
    "a group": () =>
      bare()
        .use(guard)
        .group("/u/:userId", (app: Any) => app.get("", own)),
    "guard() with a callback": () =>
      bare()
        .use(guard)
        .guard({}, (app: Any) => app.get("/u/:userId", own)),
    "an app that passes its request on": () => {
      const inner = bare().use(guard).get("/u/:userId", own);
      return bare()
        .use(guard)
        .get("/u/*", ({ request }: Any) => inner.handle(request));
    },
    "an app behind a public route": () => {
      const inner = bare().use(guard).get("/u/:userId", own);
      return bare()
        .use(guard)
        .get("/u/*", ({ request }: Any) => inner.handle(request), { public: true });
    },
    "an app behind a public route with the same pattern": () => {
      const inner = bare().use(guard).get("/u/:userId", own);
      return bare()
        .use(guard)
        .get("/u/:userId", ({ request }: Any) => inner.handle(request), { public: true });
    },
    "a mounted app": () => bare().use(guard).mount("/u", bare().use(guard).get("/:userId", own)),
  };

  it.each(Object.entries(owned))("are checked: %s", async (_name, build) => {
    const app = await build();
    expect(await ask(app, "/u/bob")).toEqual([401, "credentials_missing"]);
    expect(await ask(app, "/u/bob", "alice")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/u/alice", "alice")).toEqual([200, "alice"]);
  });
});

describe("the owner parameter of an Elysia handler", () => {
  const seen = (app: Any) => app.get("/u/:userId", ({ params }: Any) => params.userId);

  it("is the checked value: a schema that changes it is rejected", async () => {
    const params = t.Object({ userId: t.Numeric() });
    const app = bare()
      .use(guard)
      .get("/u/:userId", ({ params }: Any) => typeof params.userId, { params });
    expect(await ask(app, "/u/007", "007")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/u/7", "8")).toEqual([403, "owner_mismatch"]);
    expect(await ask(app, "/u/7", "7")).toEqual([200, "number"]);
    const kept = { params: t.Object({ userId: t.String() }) };
    expect(
      await ask(
        bare()
          .use(guard)
          .guard(kept)
          .get("/u/:userId", () => "in"),
        "/u/007",
        "007",
      ),
    ).toEqual([200, "in"]);
  });

  it("is the checked value: a hook that changes it is rejected", async () => {
    const change = ({ params }: Any) => {
      params.userId = "bob";
    };
    expect(await ask(seen(bare().use(guard).onTransform(change)), "/u/alice", "alice")).toEqual([
      403,
      "owner_mismatch",
    ]);
    expect(await ask(seen(bare().use(guard)), "/u/alice", "alice")).toEqual([200, "alice"]);
  });
});

describe("what the Elysia guard cannot check", () => {
  it("is rejected for each request: an unknown route", async () => {
    const onReject = vi.fn();
    const app = bare()
      .use(usher({ verifier, ownerParam: "userId", onReject }))
      .get("/x/:id", admin);
    app.routes.pop();
    expect(await ask(app, "/x/1")).toEqual([401, "credentials_missing"]);
    expect(await ask(app, "/x/1", "alice")).toEqual([403, "owner_mismatch"]);
    expect(onReject.mock.lastCall?.[0].error.hint).toContain(
      'does not know what the route "/x/:id" requires: no app with the guard has this route',
    );
  });

  it("is rejected for each request: a route with invalid policies that was added without the macro", async () => {
    const app = bare()
      .use(guard)
      .macro({ off: () => undefined });
    app.get("/admin", admin, { off: true, policies: "scope a" });
    expect(await ask(app, "/admin", "alice")).toEqual([403, "owner_mismatch"]);
  });

  it("is rejected for each request: a route of a group with the guard in a plugin", async () => {
    const app = bare().group("/x", (inner: Any) => inner.use(bare().use(guard)).get("/admin", admin));
    expect(await ask(app, "/x/admin")).toEqual([401, "credentials_missing"]);
    expect(await ask(app, "/x/admin", "alice")).toEqual([403, "owner_mismatch"]);
  });

  it("is rejected at start: a parent that already has routes", () => {
    const late = () =>
      bare()
        .get("/early", admin)
        .use(bare({ name: "auth" }).use(guard));
    expect(late).toThrow(ConfigurationError);
    expect(late).toThrow("usher: use it before the routes");
  });

  it("is rejected at start: a parent with `aot: false`", () => {
    expect(() => bare({ aot: false }).use(bare({ name: "auth" }).use(guard))).toThrow(
      "usher: Elysia with `aot: false` is not supported",
    );
  });

  it("is rejected at start: a second plugin with the same name", () => {
    const taken = () =>
      bare()
        .use(bare({ name: "auth" }))
        .use(bare({ name: "auth" }).use(guard));
    expect(taken).toThrow(ConfigurationError);
    expect(taken).toThrow('a second plugin with the name "auth"');
  });

  it("is rejected at start: a guard inside a group", () => {
    for (const use of [
      () => bare().group("/x", (app: Any) => app.use(guard).get("/admin", admin, A())),
      () => bare().guard({}, (app: Any) => app.use(guard).get("/admin", admin, A())),
    ]) {
      expect(use).toThrow(ConfigurationError);
      expect(use).toThrow("usher: use it on the app itself");
    }
    expect(() =>
      bare()
        .use(guard)
        .group("/x", (app: Any) => app.use(guard).get("/admin", admin, A())),
    ).not.toThrow();
  });

  it("is never served: the app answers 503 after an unnoticed error", async () => {
    // Elysia prints the error of a plugin that loads later, and continues.
    const printed = vi.spyOn(console, "error").mockImplementation(() => undefined);
    const app = bare().get("/early", admin);
    expect(await ask(app, "/early")).toEqual([200, "admin"]);
    app.use(async (inner: Any) => inner.use(guard));
    await app.modules;
    expect(await ask(app, "/early")).toEqual([503, "This app could not be guarded."]);
    expect(printed).toHaveBeenCalled();
    printed.mockRestore();
  });
});
