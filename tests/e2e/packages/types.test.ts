import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { root } from "../../../scripts/release/pack.ts";
import { extract, type Packed, packed } from "./packed.ts";
import { run } from "./project.ts";

let folder: string;
let packages: Packed[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-types-"));
  packages = await packed(join(folder, "tarballs"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A project with our packages and the given others only. */
async function createProject(name: string, others: readonly string[], settings: object): Promise<string> {
  const project = join(folder, name);
  for (const other of others) {
    const link = join(project, "node_modules", other);
    await mkdir(dirname(link), { recursive: true });
    await symlink(join(root, "node_modules", other), link, "dir");
  }
  for (const one of packages) extract(one, join(project, "node_modules", one.manifest.name));
  await writeFile(join(project, "package.json"), JSON.stringify(settings));
  return project;
}

async function compile(project: string, source: string, compilerOptions: object): Promise<string> {
  await writeFile(join(project, "program.ts"), source);
  const options = { strict: true, target: "ES2024", outDir: "out", types: ["node"], ...compilerOptions };
  await writeFile(
    join(project, "tsconfig.json"),
    JSON.stringify({ compilerOptions: options, files: ["program.ts"] }),
  );
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  return (await run(process.execPath, [tsc, "-p", ".", "--pretty", "false", "--checkers", "1"], project))
    .output;
}

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
    const project = await createProject("strict", [...frameworks, ...types], { type: "module" });
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
    const project = await createProject("workers", [], { type: "module" });
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
    const project = await createProject("commonjs", ["@types/node"], { type: "commonjs" });
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
