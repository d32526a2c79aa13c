import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createTRPCClient, httpBatchLink, httpLink, TRPCClientError } from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import { fetchRequestHandler } from "@trpc/server/adapters/fetch";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { createTestIssuer } from "@usher-auth/testing";
import fastify from "fastify";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { GuardOptions } from "../../src/access/index.ts";
import { type UsherContext, usher } from "../../src/adapters/trpc.ts";
import { problemContentType } from "../../src/http/index.ts";
import {
  AuthError,
  type AuthErrorCode,
  authErrorCodes,
  createVerifier,
  remoteJwks,
  requireClaim,
  requireScopes,
  sharedSecret,
} from "../../src/index.ts";
import { expectRefusal } from "../contract/expected.ts";
import { createBench, failingVerifiers } from "../support.ts";

const { issuer, clock } = createBench();
const claims = z.object({ role: z.string().default("guest"), scope: z.string().optional() });
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
  clock,
  claims,
});
type Claims = z.output<typeof claims>;
const alice = { authorization: `Bearer ${issuer.tokenFor("alice")}` };

function build(options: Partial<GuardOptions<Claims, never>> = {}) {
  const guard = usher<Claims>({ verifier, ownerParam: "userId", ...(options as object) });
  const t = initTRPC.context<UsherContext>().create({ errorFormatter: guard.formatError });
  const protectedProcedure = guard.protect(t.procedure);
  let parsedInputs = 0;
  const router = t.router({
    open: t.procedure.query(() => "open"),
    // The claims' type is the schema's: `toUpperCase` would not compile on an unknown claim.
    me: protectedProcedure.query(({ ctx }) => ({
      id: ctx.principal.id,
      role: ctx.principal.claims.role.toUpperCase(),
    })),
    tasks: protectedProcedure.input(z.object({ userId: z.string() })).query(({ input }) => input.userId),
    folded: protectedProcedure
      .input(z.object({ userId: z.string().toLowerCase() }))
      .query(({ input }) => input.userId),
    defaulted: protectedProcedure
      .input(z.object({ userId: z.string().default("bob") }))
      .query(({ input }) => input.userId),
    counted: protectedProcedure
      .input((input) => {
        parsedInputs++;
        return input;
      })
      .mutation(() => parsedInputs),
    write: protectedProcedure.use(guard.require(requireScopes("tasks:write"))).mutation(() => "written"),
    admin: protectedProcedure
      .use(guard.require(requireClaim<Claims>(({ role }) => role === "admin")))
      .query(() => "in"),
    fails: protectedProcedure.query(() => {
      throw new Error("of the app's own");
    }),
  });
  return { guard, router, parsedInputs: () => parsedInputs };
}

let server: Server;
afterEach(() => void server?.close());

async function serve(options: Partial<GuardOptions<Claims, never>> = {}) {
  const { guard, router, parsedInputs } = build(options);
  server = createServer(
    createHTTPHandler({ router, createContext: guard.createContext, responseMeta: guard.responseMeta }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  type Router = typeof router;
  const client = (headers = {}) => createTRPCClient<Router>({ links: [httpLink({ url, headers })] });
  const batched = (headers = {}) => createTRPCClient<Router>({ links: [httpBatchLink({ url, headers })] });
  return { url, client, batched, parsedInputs };
}

async function refusalOf(call: Promise<unknown>) {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof TRPCClientError)) throw error;
    return [error.data.httpStatus, error.data.code, error.data.problem?.code];
  }
  throw new Error("the call was accepted");
}

/**
 * The contract's rejections, to the byte, inside tRPC's envelope. Other parts of the contract do not apply:
 * procedures have no paths and methods, and tRPC answers an unknown name before any procedure.
 */
async function expectTrpcRefusal(response: Response, code: AuthErrorCode): Promise<void> {
  const { error } = (await response.json()) as { error: { data: { problem: unknown } } };
  const headers = { ...Object.fromEntries(response.headers), "content-type": problemContentType };
  expectRefusal({ status: response.status, headers, body: JSON.stringify(error.data.problem) }, code);
}

describe("trpc adapter", () => {
  it("rejects with every error code, like every adapter", async () => {
    // A verifier that throws the code in the token.
    const verify = (token: string): never => {
      throw new AuthError(token as AuthErrorCode, { hint: "not for clients", cause: new Error("nor this") });
    };
    const { url } = await serve({ verifier: { verify } as never });
    for (const code of authErrorCodes) {
      const response = await fetch(`${url}/me`, { headers: { authorization: `Bearer ${code}` } });
      expect(await response.clone().text()).not.toContain("not for clients");
      await expectTrpcRefusal(response, code);
    }
  });

  it.each<[string, string, AuthErrorCode]>([
    ["another scheme", "Basic YWxpY2U6c2VjcmV0", "credentials_missing"],
    ["a token without a scheme", issuer.tokenFor("alice"), "credentials_missing"],
    ["no token", "Bearer", "token_malformed"],
    ["a text that is no token", "Bearer rubbish", "token_malformed"],
    ["a session token of the database", `Bearer ${"q".repeat(32)}`, "token_unsupported"],
    ["an expired token", `Bearer ${issuer.tokenFor("alice", { expired: true })}`, "token_expired"],
    [
      "another issuer's token",
      `Bearer ${issuer.tokenFor("alice", { wrongIssuer: true })}`,
      "issuer_rejected",
    ],
    ["a changed token", `Bearer ${issuer.tokenFor("alice", { tampered: true })}`, "signature_invalid"],
  ])("refuses %s", async (_, authorization, code) => {
    const { url } = await serve();
    await expectTrpcRefusal(await fetch(`${url}/me`, { headers: { authorization } }), code);
  });

  it("waits for keys, and answers 503 if they are not available", async () => {
    const remote = createTestIssuer({ algorithm: "EdDSA" });
    const answers = [() => Response.json(remote.jwks()), () => Response.error()];
    for (const answer of answers) {
      const keys = remoteJwks("https://app.example.com/jwks", { fetch: async () => answer() });
      const waiting = createVerifier({ keys, issuer: remote.issuer, audience: remote.audience, claims });
      const { url } = await serve({ verifier: waiting });
      const response = await fetch(`${url}/me`, {
        headers: { authorization: `Bearer ${remote.tokenFor("alice")}` },
      });
      if (answer === answers[0]) expect(response.status).toBe(200);
      else await expectTrpcRefusal(response, "keys_unavailable");
      server.close();
    }
  });

  it("responds with tRPC's code, the problem, and the challenge of RFC 6750", async () => {
    const { url } = await serve();
    const response = await fetch(`${url}/me`);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(response.headers.get("content-type")).toBe("application/json");
    const { error } = (await response.json()) as {
      error: { message: string; data: Record<string, unknown> };
    };
    expect(error.message).toBe("This endpoint needs a bearer token in the Authorization header.");
    expect(error.data).toMatchObject({
      code: "UNAUTHORIZED",
      httpStatus: 401,
      problem: {
        type: "urn:usher-auth:error:credentials_missing",
        title: "Credentials missing",
        status: 401,
        code: "credentials_missing",
        detail: "This endpoint needs a bearer token in the Authorization header.",
      },
    });
  });

  it("passes a typed principal to procedures, and does not affect public ones", async () => {
    const { client } = await serve();
    expect(await client().open.query()).toBe("open");
    expect(await client(alice).me.query()).toEqual({ id: "alice", role: "GUEST" });
  });

  it("checks the owner field of an input", async () => {
    const { client } = await serve();
    expect(await client(alice).tasks.query({ userId: "alice" })).toBe("alice");
    for (const userId of ["bob", "Alice", "alice ", ""]) {
      expect(await refusalOf(client(alice).tasks.query({ userId }))).toEqual([
        403,
        "FORBIDDEN",
        "owner_mismatch",
      ]);
    }
  });

  it("finds no owner field in an input that is null", async () => {
    const { url } = await serve();
    expect((await fetch(`${url}/me?input=null`, { headers: alice })).status).toBe(200);
  });

  it("checks the owner field again after a schema changed it", async () => {
    const { client } = await serve();
    const upper = { authorization: `Bearer ${issuer.tokenFor("ALICE")}` };
    expect(await refusalOf(client(upper).folded.query({ userId: "ALICE" }))).toEqual([
      403,
      "FORBIDDEN",
      "owner_mismatch",
    ]);
    expect(await refusalOf(client(alice).defaulted.query({}))).toEqual([403, "FORBIDDEN", "owner_mismatch"]);
    expect(await client(alice).folded.query({ userId: "alice" })).toBe("alice");
  });

  it("answers NOT_FOUND to another user's input with concealOwnerMismatch", async () => {
    const { client } = await serve({ concealOwnerMismatch: true });
    expect(await refusalOf(client(alice).tasks.query({ userId: "bob" }))).toEqual([
      404,
      "NOT_FOUND",
      "not_found",
    ]);
  });

  it("reads no input before the token is verified", async () => {
    const { url, parsedInputs } = await serve();
    const headers = { "content-type": "application/json" };
    const refused = await fetch(`${url}/counted`, { method: "POST", body: "{not json", headers });
    expect(refused.status).toBe(401);
    expect(parsedInputs()).toBe(0);
    const understood = await fetch(`${url}/counted`, {
      method: "POST",
      body: "{not json",
      headers: { ...headers, ...alice },
    });
    expect(understood.status).toBe(400);
  });

  it("checks scopes and claims", async () => {
    const { client, url } = await serve();
    const token = issuer.tokenFor("alice", { claims: { scope: "tasks:read tasks:write", role: "admin" } });
    const admin = { authorization: `Bearer ${token}` };
    expect(await client(admin).write.mutate()).toBe("written");
    expect(await client(admin).admin.query()).toBe("in");
    expect(await refusalOf(client(alice).write.mutate())).toEqual([403, "FORBIDDEN", "scope_insufficient"]);
    expect(await refusalOf(client(alice).admin.query())).toEqual([403, "FORBIDDEN", "scope_insufficient"]);
    const response = await fetch(`${url}/admin`, { headers: alice });
    expect(response.headers.get("www-authenticate")).toContain('error="insufficient_scope"');
  });

  it("rejects ambiguous credentials, in requests of Node and of fetch", async () => {
    const { url } = await serve();
    const answer = await twice(`${url}/me`, alice.authorization);
    expect(answer).toBe(400);
    expect((await fetch(`${url}/me?access_token=x`, { headers: alice })).status).toBe(400);

    const { guard, router } = build();
    const handle = (headers: [string, string][], query = "") =>
      fetchRequestHandler({
        endpoint: "",
        req: new Request(`http://localhost/me${query}`, { headers }),
        router,
        createContext: guard.createContext,
        responseMeta: guard.responseMeta,
      });
    const field: [string, string] = ["authorization", alice.authorization];
    expect((await handle([field])).status).toBe(200);
    expect((await handle([field, field])).status).toBe(400);
    expect((await handle([field], "?access_token=x")).status).toBe(400);
    expect((await handle([])).headers.get("www-authenticate")).toBe('Bearer realm="api"');
  });

  it("reads the request of tRPC's Fastify adapter", async () => {
    const { guard, router } = build();
    const app = fastify();
    const trpcOptions = { router, createContext: guard.createContext, responseMeta: guard.responseMeta };
    app.register(fastifyTRPCPlugin, { prefix: "/trpc", trpcOptions });
    expect((await app.inject({ url: "/trpc/me", headers: alice })).statusCode).toBe(200);
    expect((await app.inject("/trpc/me")).headers["www-authenticate"]).toBe('Bearer realm="api"');
    await app.close();
  });

  it("responds to each call of a batch, with the challenge", async () => {
    const { url, batched } = await serve();
    const response = await fetch(`${url}/open,me?batch=1&input=${encodeURIComponent("{}")}`);
    expect(response.status).toBe(207);
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api"');
    const answers = await Promise.allSettled([batched().open.query(), batched().me.query()]);
    expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  });

  it("leaves the app's errors to the app", async () => {
    const { client, url } = await serve();
    expect(await refusalOf(client(alice).fails.query())).toEqual([500, "INTERNAL_SERVER_ERROR", undefined]);
    expect((await fetch(`${url}/fails`, { headers: alice })).headers.get("www-authenticate")).toBeNull();
  });

  it("passes on an error of the verifier that is not an AuthError", async () => {
    const reasons: unknown[] = [];
    for (const failing of failingVerifiers(verifier as never)) {
      const { client } = await serve({
        verifier: failing as never,
        onReject: ({ error }) => reasons.push(error.code),
      });
      expect(await refusalOf(client(alice).me.query())).toEqual([500, "INTERNAL_SERVER_ERROR", undefined]);
      server.close();
    }
    expect(reasons).toEqual([]);
  });

  it("passes the reason to onReject, with the hint", async () => {
    const reasons: unknown[] = [];
    const { client } = await serve({ onReject: ({ error }) => reasons.push([error.code, error.hint]) });
    await refusalOf(client().me.query());
    expect(reasons).toEqual([["credentials_missing", expect.stringContaining("no Authorization header")]]);
  });
});

/** The status of a request with the field twice, which fetch would join. */
function twice(url: string, authorization: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, {
      headers: ["Host", "localhost", "Authorization", authorization, "Authorization", authorization],
    })
      .on("response", (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .on("error", reject)
      .end();
  });
}
