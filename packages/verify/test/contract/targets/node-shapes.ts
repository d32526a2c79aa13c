import { createServer, type RequestListener, type ServerResponse } from "node:http";
import { requireScopes } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/node";
import type { TargetShapes } from "../target.ts";
import { refusedPatterns } from "./path-shapes.ts";
import { listen } from "./server.ts";

export const nodeShapes: TargetShapes = {
  owned: {
    "a list of paths": "/list-b/{owner}",
    "a listener in a listener": "/outer/{owner}/tasks",
    "an async listener": "/async/{owner}",
    "before a wildcard": "/files/{owner}/a/b",
    "before a wildcard that is empty": "/files/{owner}/",
    "next to a wildcard": "/beside/{owner}",
    "below another parameter": "/teams/1/users/{owner}",
  },
  scoped: {
    "of a listener": "/scoped",
    "of a list of paths": "/scoped-b",
    "of a wildcard": "/scoped-rest/anything",
    "of a listener in a listener": "/scoped-outer/inner",
  },
  open: { "a listener next to it": "/open" },
  rejected: {},
  refusedAtStart: refusedPatterns((options, path) => usher(options).protect({ path }, () => undefined)),
  async start(options, handle) {
    const guard = usher(options);
    const answer = (response: ServerResponse, params?: Record<string, unknown>) =>
      response
        .setHeader("content-type", "application/json")
        .end(JSON.stringify(handle({ ...(params && { params }) })));
    const own = (path: string | string[]) =>
      guard.protect({ path }, (_request, response, { params }) => answer(response, params));
    const scoped = (path: string | string[]) =>
      guard.protect({ path, policies: [requireScopes("tasks:write")] }, (_request, response) =>
        answer(response),
      );

    const inner = { owned: own("/outer/:userId/tasks"), scoped: scoped("/scoped-outer/*") };
    const routes: Record<string, RequestListener> = {
      open: (_request, response) => answer(response),
      outer: guard.protect({ path: "/outer/*" }, inner.owned),
      async: guard.protect({ path: "/async/:userId" }, async (_request, response, { params }) =>
        answer(response, params),
      ),
      files: own("/files/:userId/*"),
      beside: own(["/beside/:userId", "/beside/*"]),
      scoped: scoped("/scoped"),
      "scoped-b": scoped(["/scoped-a", "/scoped-b"]),
      "scoped-rest": scoped("/scoped-rest/*"),
      "scoped-outer": guard.protect({ path: "/scoped-outer/*" }, inner.scoped),
    };
    const others = own(["/list-a/:userId", "/list-b/:userId", "/teams/:teamId/users/:userId"]);
    return listen(
      createServer((request, response) => {
        const [, first = ""] = (request.url ?? "").split("/");
        (routes[first] ?? others)(request, response);
      }),
    );
  },
};
