import { createServer } from "node:http";
import express5 from "express";
import express4 from "express-4";
import { expect, it, onTestFinished } from "vitest";
import { usher } from "../../src/adapters/express.ts";
import { subscribe } from "../../src/events/index.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const headers = { authorization: `Bearer ${issuer.tokenFor("alice")}` };

it.each([
  ["5", express5],
  ["4", express4 as unknown as typeof express5],
])(
  "a route in Express %s has no word that a mount by an expression, or an unseen one, matched",
  async (_, framework) => {
    const routes: unknown[] = [];
    onTestFinished(subscribe("usher:reject", ({ route }) => routes.push(route)));
    const guarded = framework.Router();
    guarded.use(usher({ verifier, ownerParam: "userId", log: false }));
    const tasks = framework.Router();
    tasks.get("/tasks/:userId", (_request, response) => void response.end());
    guarded.use("/fixed", tasks);
    guarded.use(/^\/by\/[a-z]+/, tasks);
    guarded.use(/^\/of\/([a-z]+)\/[a-z]+/, tasks);
    guarded.use(["/one", /^\/list\/[a-z]+/], tasks);
    guarded.use(tasks);
    const app = framework();
    app.use("/teams/:team", guarded);
    app.use(/^\/people\/[a-z]+/, guarded);
    app.use("/", guarded);
    const server = await listen(createServer(app));
    onTestFinished(() => server.close());
    for (const path of [
      "/teams/carol/tasks/bob",
      "/teams/carol/tasks/bob",
      "/people/carol/tasks/bob",
      "/people/carol/fixed/tasks/bob",
      "/by/carol/tasks/bob",
      "/of/carol/dave/tasks/bob",
      "/list/carol/tasks/bob",
      "/tasks/bob",
      "/fixed/tasks/bob",
    ])
      expect((await fetch(server.origin + path, { headers })).status, path).toBe(403);
    const [first, second, ...others] = routes;
    expect(second).toBe("/teams/:team/tasks/:userId");
    // The guard may not have seen this copy of Express before.
    expect([undefined, second]).toContain(first);
    expect(others.slice(0, 5)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(others.slice(5)).toEqual(["/tasks/:userId", "/fixed/tasks/:userId"]);
  },
);
