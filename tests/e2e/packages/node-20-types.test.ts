import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Packed, packed } from "./packed.ts";
import { compile, createProject } from "./typed-project.ts";

let folder: string;
let packages: Packed[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "usher-node-20-types-"));
  packages = await packed(join(folder, "tarballs"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What create-next-app installs and sets, without `skipLibCheck`: every declaration is checked. */
const next = {
  target: "ES2017",
  lib: ["dom", "dom.iterable", "esnext"],
  strict: true,
  noEmit: true,
  esModuleInterop: true,
  resolveJsonModule: true,
  isolatedModules: true,
  jsx: "react-jsx",
  skipLibCheck: false,
};

/** A frontend and its API, as the READMEs show them. */
const program = `
  import { betterAuthToken, createApiClient, readProblem, SignedOutError } from "@usher-auth/client";
  import * as server from "@usher-auth/client/server";
  import { usherJwt } from "@usher-auth/issuer";
  import { createVerifier, remoteJwks, requireScopes, sharedSecret, verifierFromEnv } from "@usher-auth/verify";
  import * as express from "@usher-auth/verify/express";
  import * as fastifyUsher from "@usher-auth/verify/fastify";
  import * as fetchUsher from "@usher-auth/verify/fetch";
  import * as hono from "@usher-auth/verify/hono";
  import { createGuard } from "@usher-auth/verify/guard";
  import * as http from "@usher-auth/verify/http";
  import * as keys from "@usher-auth/verify/keys";
  import * as logout from "@usher-auth/verify/logout";
  import * as mcp from "@usher-auth/verify/mcp";
  import * as node from "@usher-auth/verify/node";
  import * as policies from "@usher-auth/verify/policies";
  import * as revocation from "@usher-auth/verify/revocation";
  import * as websocket from "@usher-auth/verify/websocket";
  import { betterAuth } from "better-auth";
  import { createAuthClient } from "better-auth/react";
  import { jwtClient } from "better-auth/client/plugins";
  import fastify from "fastify";

  // The frontend: its server, and its pages.
  const auth = betterAuth({ plugins: [usherJwt({ audience: "https://api.example.com" })] });
  const apiOfServer = server.serverApi({ baseURL: process.env.API_URL });
  export async function loadTasks(request: Request): Promise<string[]> {
    const response = await apiOfServer.for(server.betterAuthToken(auth, request.headers))("/api/tasks");
    return (await response.json()) as string[];
  }
  export const proxy: (request: Request) => Promise<Response> = server.apiProxy({ auth, baseURL: process.env.API_URL });

  // @ts-expect-error a server needs the headers of the request
  server.betterAuthToken(auth);
  // @ts-expect-error the promise of Next.js must be awaited
  server.betterAuthToken(auth, Promise.resolve(new Headers()));
  // @ts-expect-error a server without the plugin
  server.betterAuthToken(betterAuth({}), new Headers());

  const authClient = createAuthClient({ plugins: [jwtClient()] });
  const api = createApiClient({ baseURL: "https://api.example.com", getToken: betterAuthToken(authClient) });
  export async function add(title: string): Promise<string | undefined> {
    try {
      const response = await api("/api/tasks", { method: "POST", body: JSON.stringify({ title }) });
      return (await readProblem(response))?.code;
    } catch (error) {
      if (error instanceof SignedOutError) return error.code;
      throw error;
    }
  }

  // The API.
  const verifier = verifierFromEnv();
  const options = { verifier, ownerParam: "userId" };
  const app = fastify();
  await app.register(fastifyUsher.usher, options);
  app.get("/api/:userId/tasks", (request) => request.principal.id);
  export const guarded = fetchUsher.usher(options).protect({ path: "/api/:userId" }, () => new Response());
  export const all = [
    createVerifier({ keys: sharedSecret("s"), issuer: "https://a.example", audience: null }),
    createGuard(options), remoteJwks("https://a.example/jwks"), requireScopes("a"),
    express.usher(options), node.usher(options), websocket.usher(options),
    http, hono, keys, logout, mcp, policies, revocation,
  ];
`;

describe("the types of the packages, with those of Node 20", () => {
  it.each([
    ["bundler", "esnext"],
    ["node16", "node16"],
  ])("are sound, every declaration checked, with %s resolution", async (moduleResolution, module) => {
    const others = ["better-auth", "express", "fastify", "hono", "@types/express"];
    const project = await createProject(
      folder,
      packages,
      moduleResolution,
      [...others, ["@types/node", "types-node-20"]],
      { type: "module" },
    );
    const found = await compile(project, program, { ...next, module, moduleResolution });
    // What other packages declare is theirs: Better Auth's options name modules of Bun and of Node 22.
    const errors = found.split("\n").filter((line) => line.includes(": error TS"));
    expect(errors.filter((line) => !line.includes("/node_modules/@better-auth/core/"))).toEqual([]);
  });
});
