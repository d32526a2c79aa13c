import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, packed } from "./packed.ts";
import { run } from "./project.ts";
import { compile, createProject } from "./typed-project.ts";

let folder: string;
let packages: Packed[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-types-"));
  packages = await packed(join(folder, "tarballs"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the types of the packages", () => {
  // pnpm's layout: a project sees its own dependencies, but not theirs.
  it("can be named in a project that sees its own dependencies only", async () => {
    const frameworks = [
      "express",
      "koa",
      "hono",
      "h3",
      "fastify",
      "elysia",
      "@trpc/server",
      "@nestjs/common",
      "@nestjs/core",
    ];
    const types = ["@types/node", "@types/express", "@types/koa"];
    const project = await createProject(folder, packages, "strict", [...frameworks, ...types], {
      type: "module",
    });
    const source = `
      import { createGuard } from "@usher-auth/verify/guard";
      import { createVerifier, requireScopes, sharedSecret } from "@usher-auth/verify";
      import * as elysia from "@usher-auth/verify/elysia";
      import * as express from "@usher-auth/verify/express";
      import * as fetch from "@usher-auth/verify/fetch";
      import * as h3 from "@usher-auth/verify/h3";
      import * as hono from "@usher-auth/verify/hono";
      import * as koa from "@usher-auth/verify/koa";
      import * as nest from "@usher-auth/verify/nestjs";
      import * as node from "@usher-auth/verify/node";
      import * as trpc from "@usher-auth/verify/trpc";
      import * as websocket from "@usher-auth/verify/websocket";
      import { initTRPC } from "@trpc/server";
      import { Hono } from "hono";
      const issuer = "https://a.example";
      export const verifier = createVerifier({ keys: sharedSecret(process.env.S), issuer, audience: null });
      const options = { verifier, ownerParam: "userId" };
      export const all = [createGuard(options), websocket.usher(options)];
      export const ofExpress = express.usher(options);
      export const scopedExpress = express.enforce(requireScopes("a"));
      export const ofKoa = koa.usher(options);
      export const scopedKoa = koa.enforce(requireScopes("a"));
      export const ofHono = hono.usher(new Hono(), options);
      export const scopedHono = hono.enforce(requireScopes("a"));
      export const ofH3 = h3.usher(options);
      export const ofElysia = elysia.usher(options);
      export const ofTrpc = trpc.usher(options);
      export const procedure = ofTrpc.protect(initTRPC.context<trpc.UsherContext>().create().procedure);
      export const scopedProcedure = procedure.use(ofTrpc.require(requireScopes("a")));
      export const ofFetch = fetch.usher(options);
      export const handler = ofFetch.protect({ path: "/a/:userId" }, () => new Response());
      export const ofNode = node.usher(options);
      export const listener = ofNode.protect({ path: "/a" }, () => undefined);
      export const middleware = ofNode.middleware({ path: "/a" });
      export const ofNest = nest.UsherModule.forRoot(options);
      export const decorator = nest.RequireScopes("a");
    `;
    const options = { module: "NodeNext", lib: ["ES2024", "DOM"], declaration: true, skipLibCheck: true };
    expect(await compile(project, source, options)).toBe("");
  });

  it("need no Node types in a Worker, even when every declaration is checked", async () => {
    const project = await createProject(folder, packages, "workers", [], { type: "module" });
    const source = `
      import { createVerifier, remoteJwks } from "@usher-auth/verify";
      import { usher } from "@usher-auth/verify/fetch";
      const keys = remoteJwks("https://a.example/jwks");
      const verifier = createVerifier({ keys, issuer: "https://a.example", audience: null });
      const guard = usher({ verifier, ownerParam: "userId" });
      const answer = (id: string) => Response.json(id);
      export default { fetch: guard.protect({ path: "/api/:userId" }, (_, access) => answer(access.principal.id)) };
    `;
    const options = {
      module: "ESNext",
      moduleResolution: "Bundler",
      lib: ["ES2024", "WebWorker"],
      types: [],
      skipLibCheck: false,
    };
    expect(await compile(project, source, options)).toBe("");
  });

  it("support CommonJS with the documented `module` settings, and with no older one", async () => {
    const project = await createProject(folder, packages, "commonjs", ["@types/node"], { type: "commonjs" });
    const source = `
      import { requireScopes } from "@usher-auth/verify";
      console.log(requireScopes("a").name);
    `;
    for (const module of ["Node20", "NodeNext"])
      expect(await compile(project, source, { module, skipLibCheck: true })).toBe("");
    expect(await run(process.execPath, ["out/program.js"], project)).toMatchObject({ code: 0 });
    expect(await compile(project, source, { module: "Node16", skipLibCheck: true })).toContain("TS1479");
  });
});
