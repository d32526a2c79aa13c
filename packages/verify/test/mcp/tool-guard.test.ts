import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it } from "vitest";
import {
  ConfigurationError,
  createVerifier,
  requireClaim,
  requireScopes,
  sharedSecret,
} from "../../src/index.ts";
import { createToolGuard } from "../../src/mcp/index.ts";
import { requireRecentSignIn } from "../../src/policies/index.ts";

const issuer = createTestIssuer();
const verifier = createVerifier({
  keys: sharedSecret(issuer.secret),
  issuer: issuer.issuer,
  audience: issuer.audience,
});
const principalWith = (claims: object) =>
  verifier.verifySync(issuer.tokenFor("ada", { claims: { ...claims } }));

const hints: (string | undefined)[] = [];
const tools = createToolGuard(
  {
    verifier,
    ownerParam: null,
    protectedResource: {
      resource: "https://api.example.com/mcp",
      authorizationServers: "https://app.example.com/api/auth",
    },
    onReject: ({ error }) => hints.push(error.hint),
  },
  {
    list_tasks: [],
    add_task: [requireScopes("tasks:write")],
    close_account: [requireScopes("tasks:write"), requireRecentSignIn({ maxAge: 60 })],
    administrate: [requireScopes("tasks:write"), requireClaim(({ role }) => role === "admin")],
    search: [{ name: "x", permits: () => false, refusal: { code: "scope_insufficient", scopes: [] } }],
    broken: [requireClaim((claims) => (claims.roles as string[]).includes("admin"))],
  },
);

const call = (name: unknown, method = "tools/call") => ({ jsonrpc: "2.0", id: 1, method, params: { name } });
const reader = principalWith({ scope: "tasks:read" });
const writer = principalWith({ scope: "tasks:read tasks:write" });

describe("a tool guard", () => {
  it("accepts a tool whose policies the principal satisfies", () => {
    expect(tools.check(reader, call("list_tasks"), {})).toBeUndefined();
    expect(tools.check(writer, call("add_task"), {})).toBeUndefined();
  });

  it("rejects a tool with the challenge that MCP clients follow", () => {
    const refusal = tools.check(reader, call("add_task"), {});

    expect(refusal?.status).toBe(403);
    expect(refusal?.headers["www-authenticate"]).toBe(
      'Bearer realm="api", error="insufficient_scope", ' +
        'error_description="The token does not grant the scope that this endpoint needs.", ' +
        'scope="tasks:read tasks:write", ' +
        'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"',
    );
    expect(JSON.parse(refusal?.body ?? "")).toMatchObject({
      code: "scope_insufficient",
      scope: "tasks:read tasks:write",
    });
    expect(hints.at(-1)).toBe('the token does not grant "scope tasks:write"');
  });

  it("names the scopes of all policies of the tool, whatever its other policies are", () => {
    const once = { name: "x", permits: () => true } as object;
    let reads = 0;
    Object.defineProperty(once, "refusal", {
      get: () => {
        if (reads++ > 0) throw new Error("read twice");
      },
    });
    const guard = createToolGuard(
      { verifier, ownerParam: null },
      { move_task: [requireScopes("a"), requireClaim(() => true), once as never, requireScopes("b", "a")] },
    );
    expect(guard.check(reader, call("move_task"), {})?.headers["www-authenticate"]).toMatch(
      / scope="tasks:read a b"$/,
    );
  });

  it.each([
    ["a list", ["tasks:read", "files:read"], "tasks:read files:read tasks:write"],
    ["text with something else", 'tasks:read  tasks:é "x', "tasks:read tasks:write"],
    ["a list with something else", ["tasks:read", 7, "a b", null], "tasks:read tasks:write"],
    ["neither", { "tasks:write": true }, "tasks:write"],
  ])("names the scopes of the tool, and the valid ones of the token: %s", (_name, scope, named) => {
    const refusal = tools.check(principalWith({ scope }), call("add_task"), {});
    expect(refusal?.headers["www-authenticate"]).toContain(`, scope="${named}", resource_metadata=`);
  });

  // A client of MCP asks its user for consent if the challenge says `insufficient_scope`.
  it.each([
    ["a tool that is not listed", "unlisted"],
    ["a policy that no scope satisfies", "administrate"],
    ["a policy that throws", "broken"],
    ["a policy with an empty list of scopes", "search"],
  ])("asks for no consent that cannot help: %s", (_name, tool) => {
    const refusal = tools.check(writer, call(tool), {});

    expect(refusal).toMatchObject({ status: 403, body: expect.stringContaining('"scope_insufficient"') });
    expect(refusal?.headers).toMatchObject({
      "cache-control": "no-store",
      "www-authenticate":
        'Bearer realm="api", ' +
        'resource_metadata="https://api.example.com/.well-known/oauth-protected-resource/mcp"',
    });
  });

  it("keeps the maximum age of a policy that also names scopes", () => {
    const refusal = { code: "reauthentication_required", maxAge: 60, scopes: ["tasks:write"] } as const;
    const pay = [{ name: "x", permits: () => false, refusal }];
    const answer = createToolGuard({ verifier, ownerParam: null }, { pay }).check(reader, call("pay"), {});
    expect(answer?.headers["www-authenticate"]).toMatch(/, max_age="60"$/);
  });

  it("checks every policy of a tool", () => {
    expect(tools.check(writer, call("close_account"), {})).toMatchObject({ status: 401 });
  });

  it.each(["delete_all", "constructor", "__proto__", "Add_task", "add_task ", "", 7, null, { toString: 1 }])(
    "rejects a tool that is not listed, for everyone: %j",
    (name) => {
      const refusal = tools.check(writer, call(name), {});
      expect(refusal?.status).toBe(403);
      expect(refusal?.headers["www-authenticate"]).not.toContain("scope=");
      const shown = JSON.stringify(typeof name === "string" ? name : "");
      expect(hints.at(-1)).toBe(`the tool ${shown} is not listed: give it policies, or an empty list`);
    },
  );

  it.each([undefined, 7, null, ["list_tasks"], { name: "" }])(
    "takes no name for the empty one: %j",
    (name) => {
      const nameless = createToolGuard({ verifier, ownerParam: null }, { "": [] });
      expect(nameless.check(writer, call(name), {})?.status).toBe(403);
      expect(nameless.check(writer, call(""), {})).toBeUndefined();
    },
  );

  it.each([{}, { params: null }, { params: undefined }])(
    "takes a call without parameters for one of no tool: %j",
    (rest) => {
      const message = { jsonrpc: "2.0", id: 1, method: "tools/call", ...rest };
      expect(tools.check(writer, message, {})?.status).toBe(403);
    },
  );

  it("throws what a message throws, which JSON is not", () => {
    const message = Object.defineProperty({ jsonrpc: "2.0", method: "tools/call" }, "params", {
      get: () => {
        throw new Error("read");
      },
    });
    expect(() => tools.check(writer, message, {})).toThrow(new Error("read"));
  });

  it("checks each call of a batch", () => {
    expect(tools.check(reader, [call("list_tasks"), call("add_task")], {})?.status).toBe(403);
    expect(tools.check(writer, [call("list_tasks"), call("add_task")], {})).toBeUndefined();
  });

  it.each(["initialize", "tools/list", "resources/read", "ping"])(
    "requires nothing else for %s",
    (method) => {
      expect(tools.check(reader, call("add_task", method), {})).toBeUndefined();
    },
  );

  it.each([
    ["a body that no parser has read", undefined],
    ["text", JSON.stringify(call("list_tasks"))],
    ["bytes", Buffer.from(JSON.stringify(call("list_tasks")))],
    ["null", null],
    ["an empty batch", []],
    ["a batch with something else", [call("list_tasks"), null]],
    ["another version", { ...call("list_tasks"), jsonrpc: "1.0" }],
  ])("rejects %s with 400", (_name, body) => {
    expect(tools.check(writer, body, {})).toMatchObject({
      status: 400,
      body: expect.stringContaining('"detail":"The body must be a JSON-RPC 2.0 message."'),
    });
  });

  it("rejects every call of a tool whose policy throws or is asynchronous", () => {
    const broken = createToolGuard(
      { verifier, ownerParam: null },
      {
        throws: [
          {
            name: "x",
            permits: () => {
              throw new Error("x");
            },
          },
        ],
        later: [{ name: "x", permits: (async () => true) as never }],
      },
    );
    for (const name of ["throws", "later"])
      expect(broken.check(writer, call(name), {})).toMatchObject({ status: 403 });
  });

  const notTools = "createToolGuard: list the tools, as in { list_tasks: [], add_task: [policy] }.";
  const notList = 'tool "add_task": give a list of policies; empty for none.';
  it.each([
    [null, notTools],
    ["add_task", notTools],
    [[], notTools],
    [new Map([["add_task", []]]), notTools],
    [{ add_task: undefined }, notList],
    [{ add_task: "tasks:write" }, notList],
    [
      { add_task: [{}] },
      'tool "add_task": policies must be a list of requireScopes(...) and requireClaim(...).',
    ],
  ])("throws for invalid tools: %j", (invalid, message) => {
    expect(() => createToolGuard({ verifier, ownerParam: null }, invalid as never)).toThrow(
      new ConfigurationError(message),
    );
  });

  it("keeps the policies it was created with", () => {
    const list = { list_tasks: [requireScopes("a")] };
    const guard = createToolGuard({ verifier, ownerParam: null }, list);
    list.list_tasks.length = 0;
    expect(guard.check(reader, call("list_tasks"), {})).toMatchObject({ status: 403 });
  });
});
