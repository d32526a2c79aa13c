import { createTestIssuer } from "@usher-auth/testing";
import { createVerifier, requireScopes, sharedSecret } from "@usher-auth/verify";
import { usher } from "@usher-auth/verify/fetch";
import { type Check, same } from "./check.ts";

// Made where a Worker makes its guard: outside of any request, where workerd allows neither I/O nor random numbers.
const { secret, issuer, audience, tokenFor } = createTestIssuer({ secret: "a secret of the suite: b7Qx3nV9kLr2mZs8" });
const verifier = createVerifier({ keys: sharedSecret(secret), issuer, audience });
const guard = usher({ verifier, ownerParam: "userId" });
const own = guard.protect({ path: ["/me", "/api/:userId/tasks"] }, (_request, { principal, params }) =>
  Response.json({ id: principal.id, params }),
);
const scoped = guard.protect({ path: "/scoped", policies: [requireScopes("tasks:write")] }, () => new Response("in"));

/** A handler as Bun.serve, Deno.serve and Workers are given one. */
const handle = (request: Request): Response | Promise<Response> =>
  new URL(request.url).pathname === "/scoped" ? scoped(request) : own(request);

const alice = () => `Bearer ${tokenFor("alice")}`;

async function ask(path: string, authorization?: string, method = "GET"): Promise<Response> {
  const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
  return handle(new Request(`https://api.example.com${path}`, { method, headers }));
}

/** A refusal to the byte: what a client gets is the same on every runtime. */
async function refused(response: Response, status: number, code: string, challenge: string): Promise<void> {
  const { headers } = response;
  same(
    [response.status, headers.get("content-type"), headers.get("cache-control"), headers.get("www-authenticate")],
    [status, "application/problem+json", "no-store", challenge],
  );
  const problem = (await response.json()) as Record<string, unknown>;
  same([problem.type, problem.status, problem.code], [`urn:usher-auth:error:${code}`, status, code]);
}

const realm = 'Bearer realm="api"';
const invalid = (sentence: string) => `${realm}, error="invalid_token", error_description="${sentence}"`;

/** Paths, who asks for them is alice, and the status. */
const paths: readonly [path: string, status: number][] = [
  ["/me", 200],
  ["/api/alice/tasks", 200],
  ["/api/%61lice/tasks", 200],
  ["/api/bob/tasks", 403],
  ["/api/ALICE/tasks", 403],
  ["/api/alice%2F/tasks", 403],
  ["/api/alice;x/tasks", 403],
  ["/api/%2561lice/tasks", 403],
  ["/api//tasks", 404],
  ["/api/alice/tasks/", 404],
  ["/api/%ff/tasks", 404],
  ["/nowhere", 404],
];

/** The `fetch` adapter, by the runtime's own Request and Response. */
export const fetchChecks: readonly Check[] = [
  {
    name: "without a token",
    run: async () => {
      for (const path of ["/me", "/api/alice/tasks", "/nowhere"]) {
        await refused(await ask(path), 401, "credentials_missing", realm);
        await refused(await ask(path, "Basic YTpi"), 401, "credentials_missing", realm);
      }
    },
  },
  {
    name: "with a token, and the principal of it",
    run: async () => {
      const response = await ask("/api/alice/tasks", alice());
      same(await response.json(), { id: "alice", params: { userId: "alice" } });
      same((await ask("/me", `bEARER   ${tokenFor("alice")}`)).status, 200);
      same((await ask("/me", alice(), "POST")).status, 200);
    },
  },
  {
    name: "with a bad token",
    run: async () => {
      const bad = (faults: object) => ask("/me", `Bearer ${tokenFor("alice", faults)}`);
      await refused(await bad({ expired: true }), 401, "token_expired", invalid("The token has expired."));
      await refused(
        await bad({ tampered: true }),
        401,
        "signature_invalid",
        invalid("The token's signature does not match."),
      );
      await refused(
        await ask("/me", "Bearer x"),
        401,
        "token_malformed",
        invalid("The token is not a well-formed JWT."),
      );
    },
  },
  {
    name: "with two tokens",
    run: async () => {
      const challenge = `${realm}, error="invalid_request", error_description="The request carries more than one set of credentials."`;
      await refused(await ask("/me?access_token=x", alice()), 400, "credentials_ambiguous", challenge);
      const headers = new Headers({ authorization: alice() });
      headers.append("authorization", alice());
      const response = await handle(new Request("https://api.example.com/me", { headers }));
      await refused(response, 400, "credentials_ambiguous", challenge);
    },
  },
  ...paths.map(([path, status]) => ({
    name: `${path} is ${status}`,
    run: async () => {
      const response = await ask(path, alice());
      same(response.status, status);
      if (status === 403) await refused(response, 403, "owner_mismatch", realm);
    },
  })),
  {
    name: "with and without the scope",
    run: async () => {
      const granted = tokenFor("alice", { claims: { scope: "a tasks:write" } });
      same(await (await ask("/scoped", `Bearer ${granted}`)).text(), "in");
      const challenge = `${realm}, error="insufficient_scope", error_description="The token does not grant the scope that this endpoint needs."`;
      await refused(await ask("/scoped", alice()), 403, "scope_insufficient", challenge);
    },
  },
];
