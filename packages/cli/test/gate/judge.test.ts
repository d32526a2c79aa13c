import type { IncomingMessage } from "node:http";
import { createTestIssuer } from "@usher-auth/testing";
import { AuthError, createVerifier, sharedSecret, type Verifier } from "@usher-auth/verify";
import { type RequestAccepted, type RequestRejected, subscribe } from "@usher-auth/verify/events";
import { describe, expect, it } from "vitest";
import { createGateGuard } from "../../src/gate/guard.ts";
import { createJudge } from "../../src/gate/judge.ts";
import type { Policy, Rule } from "../../src/gate/policy/rule.ts";
import { createRouteTable } from "../../src/gate/policy/table.ts";
import { createCors } from "../../src/gate/request/cors.ts";
import type { Answer, Judge, Pass, Verdict } from "../../src/gate/verdict.ts";

const issuer = createTestIssuer();
const { issuer: iss, audience } = issuer;
const verifier = createVerifier({ keys: sharedSecret(issuer.secret), issuer: iss, audience });
const page = "https://app.example.com";

function rule(label: string, changes: Partial<Rule> = {}): Rule {
  const [method = "", template = ""] = label.split(" ");
  const owners = template.includes("{user_id}") ? [["user_id", "sub"] as const] : [];
  return {
    method,
    template,
    access: "required",
    owners: new Map(owners),
    scopes: [],
    claims: new Map(),
    source: "document",
    ...changes,
  };
}

const rules = [
  rule("GET /health", { access: "public" }),
  rule("GET /news", { access: "optional" }),
  rule("GET /api/{user_id}/tasks"),
  rule("POST /api/{user_id}/tasks", { scopes: [["tasks:write", "tasks:read"], ["tasks:admin"]] }),
  rule("GET /orgs/{org_id}", { owners: new Map([["org_id", "org"]]) }),
  rule("GET /reports", { claims: new Map([["role", ["admin", "auditor"]]]) }),
  rule("GET /closed", { access: "denied" }),
  rule("GET /{user_id}/export"),
  rule("GET /exports/{name}", { scopes: [["exports"]] }),
];
const policy: Policy = { table: createRouteTable(rules), warnings: [], notes: [], title: undefined };

function judgeWith({
  origins = [page],
  known = policy,
  by = verifier,
}: {
  origins?: readonly string[] | false;
  known?: Policy | undefined;
  by?: Verifier;
} = {}): Judge {
  return createJudge({ ...createGateGuard(by), cors: createCors(origins), policy: () => known });
}

/** Headers are written as `name: value`. */
async function ask(label: string, headers: readonly string[] = [], judge = judgeWith()): Promise<Verdict> {
  const [method = "", target = ""] = label.split(" ");
  const rawHeaders = ["Host", "api.example.com"];
  for (const header of headers) rawHeaders.push(...(header.split(/: (.*)/s, 2) as [string, string]));
  const message = { headers: {}, rawHeaders } as unknown as IncomingMessage;
  return judge({ method, target, rawHeaders, isUpgrade: false, message });
}

const tokenOf = (sub: string, claims: Record<string, unknown> = {}) =>
  `Authorization: Bearer ${issuer.tokenFor(sub, { claims })}`;

async function passOf(...question: Parameters<typeof ask>): Promise<Pass> {
  const verdict = await ask(...question);
  if ("answer" in verdict) throw new Error(`answered with ${verdict.answer.status} ${verdict.answer.code}`);
  return verdict.pass;
}

async function answerOf(...question: Parameters<typeof ask>): Promise<Answer> {
  const verdict = await ask(...question);
  if ("pass" in verdict) throw new Error("passed");
  return verdict.answer;
}

const codeOf = async (...question: Parameters<typeof ask>) => {
  const { status, code } = await answerOf(...question);
  return `${status} ${code}`;
};

describe("a request", () => {
  it("below the gate's own path never passes, however it is spelled", async () => {
    const table = createRouteTable([rule("GET /{rest...}", { access: "public" })]);
    const judge = judgeWith({ known: { ...policy, table } });
    await passOf("GET /usher/auth", [], judge);
    for (const path of ["/.usher/auth", "/%2eusher/auth", "/.%75sher", "/.usher/"])
      expect(await codeOf(`GET ${path}`, [tokenOf("user-1")], judge)).toBe("404 not_found");
  });

  it("passes on its owner's path, in the form that was judged", async () => {
    const pass = await passOf("GET /api/%75ser-1/tasks?q=1", [tokenOf("user-1")]);
    expect(pass).toMatchObject({
      target: { path: "/api/user-1/tasks", query: "?q=1" },
      route: "GET /api/{user_id}/tasks",
      principal: { id: "user-1" },
    });
    expect(await passOf("HEAD /api/user-1/tasks", [tokenOf("user-1")])).toMatchObject({
      principal: { id: "user-1" },
    });
  });

  it.each([
    ["GET /api/user-2/tasks", "403 owner_mismatch"],
    ["GET /api/USER-1/tasks", "403 owner_mismatch"],
    ["GET /nowhere", "404 not_found"],
    ["GET /closed", "404 not_found"],
    ["DELETE /api/user-1/tasks", "405 method_not_allowed"],
    ["GET /api/user-1%2ftasks", "400 path_rejected"],
    ["GET //api/user-1/tasks", "400 path_rejected"],
    ["POST /api/user-1/tasks", "403 scope_insufficient"],
    ["GET /orgs/o1", "403 owner_mismatch"],
    ["GET /reports", "403 scope_insufficient"],
    ["GET /api/user-1/tasks?access_token=x", "400 credentials_ambiguous"],
  ])("%s of user-1 is refused: %s", async (label, expected) => {
    expect(await codeOf(label, [tokenOf("user-1")])).toBe(expected);
  });

  it.each([
    ["GET /nowhere", /^no route of the document/],
    ["GET /closed", /access: denied/],
    ["DELETE /api/user-1/tasks", /^the path has no DELETE, only GET/],
  ])("%s has a hint for the operator", async (label, hint) => {
    expect((await answerOf(label, [tokenOf("user-1")])).hint).toMatch(hint);
  });

  it.each(["/api/user-1/tasks", "/nowhere", "/closed", "/reports"])(
    "without a token learns nothing of %s",
    async (path) => {
      expect(await codeOf(`GET ${path}`)).toBe("401 credentials_missing");
      expect(await codeOf(`PATCH ${path}`)).toBe("401 credentials_missing");
    },
  );

  it("learns the methods of a path, with a token", async () => {
    const { headers } = await answerOf("DELETE /api/user-1/tasks", [tokenOf("user-1")]);
    expect(headers.allow?.split(", ")).toEqual(expect.arrayContaining(["GET", "HEAD", "POST"]));
  });

  it("needs no token on a public route, and none is read", async () => {
    expect(await passOf("GET /health", ["Authorization: Bearer x"])).toMatchObject({ principal: null });
  });

  it("has one Authorization at most, on a public route too", async () => {
    const twice = [tokenOf("user-1"), tokenOf("user-2")];
    expect(await codeOf("GET /health", twice)).toBe("400 header_rejected");
    expect(await codeOf("GET /api/user-1/tasks", twice)).toBe("400 credentials_ambiguous");
  });

  it("may come without a token on an optional route, but not with a bad one", async () => {
    expect(await passOf("GET /news")).toMatchObject({ principal: null });
    expect(await passOf("GET /news", [tokenOf("user-1")])).toMatchObject({ principal: { id: "user-1" } });
    expect(await codeOf("GET /news", ["Authorization: Bearer x"])).toBe("401 token_malformed");
  });

  it.each([
    ["tasks:write tasks:read", true],
    ["tasks:admin", true],
    ["tasks:write", false],
  ])("with the scopes %j passes: %j", async (scope, passes) => {
    const verdict = await ask("POST /api/user-1/tasks", [tokenOf("user-1", { scope })]);
    expect("pass" in verdict).toBe(passes);
    if ("answer" in verdict)
      expect(verdict.answer.headers["www-authenticate"]).toContain('scope="tasks:write tasks:read"');
  });

  it.each([
    [{ role: "admin" }, true],
    [{ role: ["user", "auditor"] }, true],
    [{ role: "Admin" }, false],
    [{ role: { admin: true } }, false],
    [{}, false],
  ])("with the claims %j passes /reports: %j", async (claims, passes) => {
    expect("pass" in (await ask("GET /reports", [tokenOf("user-1", claims)]))).toBe(passes);
  });

  it("is restricted to the claim of another owner", async () => {
    expect(await passOf("GET /orgs/o1", [tokenOf("user-1", { org: "o1" })])).toMatchObject({
      principal: { id: "user-1" },
    });
    expect(await codeOf("GET /orgs/o2", [tokenOf("user-1", { org: "o1" })])).toBe("403 owner_mismatch");
  });

  it("must be admitted by every rule that fits as well as another", async () => {
    const path = "GET /exports/export";
    expect(await codeOf(path, [tokenOf("user-1", { scope: "exports" })])).toBe("403 owner_mismatch");
    expect(await codeOf(path, [tokenOf("exports")])).toBe("403 scope_insufficient");
    const pass = await passOf(path, [tokenOf("exports", { scope: "exports" })]);
    expect(pass.accesses).toHaveLength(2);
  });

  it("with two readings of a header is refused", async () => {
    expect(await codeOf("GET /health", ["Host: other.example.com"])).toBe("400 header_rejected");
  });
});

describe("while something is not known yet", () => {
  it("the answer is a 503 with Retry-After: routes", async () => {
    const judge = createJudge({
      ...createGateGuard(verifier),
      cors: createCors([page]),
      policy: () => undefined,
    });
    const answer = await answerOf("GET /health", [], judge);
    expect(answer).toMatchObject({
      status: 503,
      code: "policy_unavailable",
      headers: { "retry-after": "5" },
    });
  });

  it("and keys, also later", async () => {
    const fail = async () => {
      throw new AuthError("keys_unavailable");
    };
    const judge = judgeWith({ by: { ...verifier, verify: fail as never } });
    const answer = await answerOf("GET /api/user-1/tasks", [tokenOf("user-1")], judge);
    expect(answer).toMatchObject({ status: 503, code: "keys_unavailable", headers: { "retry-after": "5" } });
  });

  it("and an error that is not the guard's is a 500 with a hint, whatever it is", async () => {
    const fail = async () => {
      throw new Error("the vault is locked");
    };
    const judge = judgeWith({ by: { ...verifier, verify: fail as never } });
    const answer = await answerOf("GET /api/user-1/tasks", [tokenOf("user-1")], judge);
    expect(answer).toMatchObject({ status: 500, code: "internal_error" });
    expect(answer.hint).toContain("the vault is locked");
    expect(answer.body).not.toContain("vault");
  });
});

describe("CORS", () => {
  const preflight = ["Origin: https://app.example.com", "Access-Control-Request-Method: GET"];

  it("lets the frontend's pages read refusals, and answers their preflights", async () => {
    const refused = await answerOf("GET /api/user-2/tasks", [tokenOf("user-1"), preflight[0] as string]);
    expect(refused.headers["access-control-allow-origin"]).toBe(page);
    expect(await answerOf("OPTIONS /api/user-2/tasks", preflight)).toMatchObject({
      status: 204,
      code: undefined,
      headers: { "access-control-allow-origin": page },
    });
  });

  it("left to the backend, lets preflights of known paths pass, and nothing that only resembles one", async () => {
    const judge = judgeWith({ origins: false });
    expect(await passOf("OPTIONS /api/user-2/tasks", preflight, judge)).toMatchObject({ principal: null });
    for (const [label, more] of [
      ["OPTIONS /nowhere", []],
      ["OPTIONS /api/user-2/tasks", ["Content-Length: 2"]],
      ["OPTIONS /api/user-2/tasks", ["Transfer-Encoding: chunked"]],
      ["GET /api/user-2/tasks", []],
    ] as const)
      expect(await codeOf(label, [...preflight, ...more], judge)).toBe("401 credentials_missing");
    expect(await codeOf("OPTIONS /api/user-2/tasks", preflight.slice(1), judge)).toBe(
      "401 credentials_missing",
    );
  });

  it("left to the backend, holds an OPTIONS of the document to its rule", async () => {
    const known = { ...policy, table: createRouteTable([...rules, rule("OPTIONS /api/{user_id}/tasks")]) };
    const judge = judgeWith({ origins: false, known });
    expect(await codeOf("OPTIONS /api/user-2/tasks", preflight, judge)).toBe("401 credentials_missing");
  });
});

describe("events of @usher-auth/verify/events", () => {
  it("tell the route that was judged, by its template, whatever the proxy's question was", async () => {
    const events: unknown[] = [];
    const keep = ({ adapter, method, route, ...event }: RequestAccepted | RequestRejected) =>
      events.push([adapter, method, route, "code" in event ? event.code : event.principal.id]);
    const stops = [subscribe("usher:accept", keep), subscribe("usher:reject", keep)];
    await ask("GET /api/user-1/tasks", [tokenOf("user-1")]);
    await ask("GET /api/user-2/tasks", [tokenOf("user-1")]);
    await ask("GET /nowhere/user-2");
    for (const stop of stops) stop();
    await ask("GET /api/user-1/tasks", [tokenOf("user-1")]);
    expect(events).toEqual([
      ["gate", "GET", "/api/{user_id}/tasks", "user-1"],
      ["gate", "GET", "/api/{user_id}/tasks", "owner_mismatch"],
      ["gate", "GET", undefined, "credentials_missing"],
    ]);
  });
});
