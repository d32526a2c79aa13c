import { createServer } from "node:http";
import express5 from "express";
import express4 from "express-4";
import { describe, expect, it, onTestFinished } from "vitest";
import { enforce, usher } from "../../src/adapters/express.ts";
import { subscribe } from "../../src/events/index.ts";
import { requireScopes } from "../../src/index.ts";
import { anotherCopy } from "../contract/targets/another-copy.ts";
import { listen } from "../contract/targets/server.ts";
import { createBench } from "../support.ts";

const { issuer, verifier } = createBench();
const headers = { authorization: `Bearer ${issuer.tokenFor("alice")}` };

describe.each([
  ["5", express5, "express"],
  ["4", express4 as unknown as typeof express5, "express-4"],
])("a route in Express %s", (version, framework, name) => {
  it("has no word that a mount by an expression, or an unseen one, matched", async () => {
    const framework = anotherCopy<typeof express5>(name);
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
    // The guard has not seen this copy of Express before.
    expect(first).toBeUndefined();
    expect(second).toBe("/teams/:team/tasks/:userId");
    expect(others.slice(0, 5)).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(others.slice(5)).toEqual(["/tasks/:userId", "/fixed/tasks/:userId"]);
  });

  it.each<[title: string, mounts: string[], path: string, route: string | undefined]>([
    ["no mount", [], "/tasks/bob", "/tasks/:userId"],
    ["a mount without parameters", ["/api"], "/api/tasks/bob", "/api/tasks/:userId"],
    ["such a mount in other letters", ["/api"], "/API/tasks/bob", undefined],
    ["a parameter as the first segment", ["/:team"], "/red/tasks/bob", "/:team/tasks/:userId"],
    [
      "a parameter before the last",
      ["/of/:team/all"],
      "/of/red/all/tasks/bob",
      "/of/:team/all/tasks/:userId",
    ],
    ["a text in other letters", ["/of/:teamId"], "/OF/Red/tasks/bob", "/of/:teamId/tasks/:userId"],
    ["an encoded value", ["/of/:team"], "/of/r%C3%A9d/tasks/bob", "/of/:team/tasks/:userId"],
    ["a mount in a mount", ["/:org", "/in/:team"], "/acme/in/red/tasks/bob", "/:org/in/:team/tasks/:userId"],
    ["a text in a mount", ["/:org", "/in"], "/acme/in/tasks/bob", "/:org/in/tasks/:userId"],
    ["a value twice in one mount", ["/:org/:team"], "/red/red/tasks/bob", "/:org/:team/tasks/:userId"],
    [
      "a value in two mounts",
      ["/:org", "/in/:team"],
      "/red/in/red/tasks/bob",
      "/:org/in/:team/tasks/:userId",
    ],
    ["part of a segment", ["/:from-:to"], "/red-blue/tasks/bob", undefined],
    ["a mount in part of a segment", ["/:from-:to", "/in/:team"], "/red-blue/in/green/tasks/bob", undefined],
    ["a text that cannot be decoded", ["/100%/:team"], "/100%/red/tasks/bob", "/100%/:team/tasks/:userId"],
    ["an absent parameter", [version === "5" ? "/100%{/:team}" : "/100%/:team?"], "/100%", undefined],
    ["a route that is only a slash", [], "/", "/"],
    ["such a route in a mount", ["/of/:team"], "/of/red", "/of/:team"],
    ["such a route with a slash", ["/of/:team"], "/of/red/", "/of/:team"],
  ])("has the names of parameters, and no values: %s", async (_title, mounts, path, route) => {
    for (const mergeParams of [false, true]) {
      const routes: unknown[] = [];
      onTestFinished(subscribe("usher:reject", (event) => routes.push(event.route)));
      const tasks = framework.Router({ mergeParams });
      tasks.get("/tasks/:userId", (_request, response) => void response.end());
      tasks.get("/", enforce(requireScopes("never")));
      const app = framework();
      app.use(usher({ verifier, ownerParam: "userId", log: false }));
      app.use(
        mounts.reduceRight((inner, mount) => framework.Router({ mergeParams }).use(mount, inner), tasks),
      );
      const server = await listen(createServer(app));
      onTestFinished(() => server.close());
      expect((await fetch(server.origin + path, { headers })).status).toBe(403);
      expect(routes).toEqual([route]);
    }
  });

  it("is known from the first request on, without a mount that the request has left", async () => {
    const framework = anotherCopy<typeof express5>(name);
    const routes: unknown[] = [];
    onTestFinished(subscribe("usher:reject", ({ route }) => routes.push(route)));
    const app = framework();
    app.use(usher({ verifier, ownerParam: "userId", log: false }));
    const passing = framework.Router().use((_request, _response, next) => next());
    app.use("/of/:team", passing);
    app.get("/of/:team/tasks/:userId", (_request, response) => void response.end());
    const server = await listen(createServer(app));
    onTestFinished(() => server.close());
    expect((await fetch(`${server.origin}/of/red/tasks/bob`, { headers })).status).toBe(403);
    expect(routes).toEqual(["/of/:team/tasks/:userId"]);
  });
});
