import { requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fastify";
import fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import type { ContractOptions, TargetShapes } from "../target.ts";

type Params = { Params: Record<string, string> };

export const fastifyShapes: TargetShapes = {
  owned: {
    "a plugin": "/plugin/{owner}",
    "a plugin in a plugin": "/outer/inner/{owner}",
    "a plugin without its own scope": "/unscoped/{owner}",
    "a prefix": "/prefixed/{owner}/tasks",
    "a prefix in a prefix": "/teams/1/members/{owner}/tasks",
    "the full declaration": "/full/{owner}",
    "all methods": "/all/{owner}",
    "a regular expression": "/regular/{owner}",
    "a part of a segment": "/part/1-{owner}.json",
    "before a wildcard": "/files/{owner}/a/b",
    "next to a wildcard": "/beside/{owner}",
    "the handler of unknown paths below a prefix": "/unknown/{owner}/nothing",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of a route": "/scoped",
    "of the full declaration": "/scoped-full",
    "of a route of a plugin": "/scoped-plugin",
    "of everything in a plugin, by a hook": "/hooked/anything",
    "of a route with a schema": "/scoped-schema",
  },
  open: {
    "in a plugin": "/plugin/open",
    "by the full declaration": "/open-full",
    "in a plugin, by a hook": "/hooked-open/anything",
    "a plugin next to the guarded one": "/sibling",
  },
  rejected: {
    "an optional owner that is missing": "/optional",
    "another spelling, in a prefix without routes": "/misspelt/alice/nothing",
  },
  refusedAtStart: {
    "another spelling": (options) => withRoute(options, "/misspelt/:user_id"),
    "another spelling in a prefix": (options) => withRoute(options, "/tasks", "/misspelt/:userid"),
    "an owner twice": (options) => withRoute(options, "/:userId", "/twice/:userId"),
  },
  async start(options, handle) {
    const config = { policies: [requireScopes("tasks:write")] };
    // The guard is registered in a plugin, and guards that plugin and its children.
    const app = fastify();
    await app.register(async (sibling) => void sibling.get("/sibling", () => handle({})));
    await app.register(async (api) => {
      await api.register(usher, options);
      // The app's own not-found handler would be outside the plugin.
      api.setNotFoundHandler((_request, reply) => reply.code(404).send());
      const get = (to: FastifyInstance, url: string) =>
        to.get<Params>(url, ({ params }) => handle({ params }));

      api.register(async (plugin) => {
        get(plugin, "/plugin/:userId");
        plugin.get("/plugin/open", { config: { public: true } }, () => handle({}));
        plugin.get("/scoped-plugin", { config }, () => handle({}));
      });
      const inner: FastifyPluginAsync = async (plugin) => void get(plugin, "/:userId");
      api.register(async (outer) => void outer.register(inner, { prefix: "/inner" }), { prefix: "/outer" });
      api.register(unscoped(async (plugin) => void get(plugin, "/unscoped/:userId")));
      api.register(async (plugin) => void get(plugin, "/tasks"), { prefix: "/prefixed/:userId" });
      api.register(
        async (team) =>
          void team.register(async (member) => void get(member, "/tasks"), { prefix: "/members/:userId" }),
        { prefix: "/teams/:teamId" },
      );
      api.route<Params>({
        method: ["GET", "POST"],
        url: "/full/:userId",
        handler: ({ params }) => handle({ params }),
      });
      api.all<Params>("/all/:userId", ({ params }) => handle({ params }));
      for (const url of ["/regular/:userId(^\\w+$)", "/part/:number-:userId.json", "/files/:userId/*"])
        get(api, url);
      for (const url of [
        "/beside/:userId",
        "/beside/*",
        "/teams/:teamId/users/:userId",
        "/optional/:userId?",
      ])
        get(api, url);
      for (const prefix of ["/unknown/:userId", "/misspelt/:user_id"])
        api.register(
          async (plugin) =>
            plugin.setNotFoundHandler(({ params }) => handle({ params: params as Params["Params"] })),
          { prefix },
        );

      api.get("/scoped", { config }, () => handle({}));
      api.route({ method: "GET", url: "/scoped-full", config, handler: () => handle({}) });
      api.route({ method: "GET", url: "/open-full", config: { public: true }, handler: () => handle({}) });
      api.get("/scoped-schema", { config, schema: { querystring: { type: "object" } } }, () => handle({}));
      // Fastify's docs configure a group of routes like this.
      for (const [prefix, ofAll] of [
        ["/hooked", config],
        ["/hooked-open", { public: true }],
      ] as const)
        api.register(
          async (group) => {
            group.addHook("onRoute", (route) => {
              route.config = { ...route.config, ...ofAll };
            });
            group.get("/anything", () => handle({}));
          },
          { prefix },
        );
    });
    const origin = await app.listen({ port: 0, host: "127.0.0.1" });
    return { origin, close: () => app.close() };
  },
};

async function withRoute(options: ContractOptions, url: string, prefix = ""): Promise<void> {
  const app = fastify();
  await app.register(usher, options);
  await app.register(async (plugin) => void plugin.get(url, () => ({})), { prefix });
}

/** Does what fastify-plugin does. */
function unscoped(plugin: FastifyPluginAsync): FastifyPluginAsync {
  return Object.assign(plugin, { [Symbol.for("skip-override")]: true });
}
