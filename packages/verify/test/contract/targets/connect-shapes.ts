import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import express from "express";
import type { TargetShapes } from "../target.ts";
import { refusedPatterns } from "./path-shapes.ts";
import { listen } from "./server.ts";

/**
 * Mounted by Express, which removes the prefix that a middleware is mounted at. Patterns are for the whole
 * path.
 */
export const connectShapes: TargetShapes = {
  owned: {
    "mounted at a path": "/mounted/{owner}",
    "mounted in a router": "/router/deep/{owner}",
    "mounted in an app": "/app/{owner}",
    "before a wildcard": "/files/{owner}/a/b",
    "next to a wildcard": "/beside/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of a middleware": "/scoped",
    "of a wildcard": "/scoped-rest/anything",
    "of a middleware behind another": "/scoped-second/anything",
  },
  open: { "before the guard": "/open" },
  rejected: {},
  refusedAtStart: refusedPatterns((options, path) => usher(options).middleware({ path })),
  async start(options, handle) {
    const guard = usher(options);
    const policies = [requireScopes("tasks:write")];
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      const { params } = guard.accessOf(request);
      response.setHeader("content-type", "application/json").end(JSON.stringify(handle({ params })));
    };

    const app = express();
    app.use("/open", (_request, response) => void response.json(handle({})));
    app.use("/mounted", guard.middleware({ path: "/mounted/:userId" }), answer);
    const [router, deep, inner] = [express.Router(), express.Router(), express()];
    app.use(
      "/router",
      router.use("/deep", deep.use(guard.middleware({ path: "/router/deep/:userId" })).use(answer)),
    );
    app.use("/app", inner.use(guard.middleware({ path: "/app/:userId" })).use(answer));
    app.use("/scoped", guard.middleware({ path: "/scoped", policies }), answer);
    app.use("/scoped-rest", guard.middleware({ path: "/scoped-rest/*", policies }), answer);
    app.use("/scoped-second", guard.middleware({ path: "/scoped-second/*" }));
    app.use("/scoped-second", guard.middleware({ path: "/scoped-second/anything", policies }), answer);
    const paths = [
      "/files/:userId/*",
      "/beside/:userId",
      "/beside/*",
      "/teams/:teamId/users/:userId",
    ] as const;
    app.use(guard.middleware({ path: paths }), answer);
    return listen(createServer(app));
  },
};
