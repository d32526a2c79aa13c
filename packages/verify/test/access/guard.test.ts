import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, vi } from "vitest";
import {
  createGuard,
  type GuardedRequest,
  type OwnerParam,
  type RouteAccess,
} from "../../src/access/index.ts";
import {
  AuthError,
  ConfigurationError,
  type Policy,
  remoteJwks,
  requireClaim,
  requireScopes,
  type TokenClaims,
} from "../../src/index.ts";
import { createBench, refusal, startSeconds, waitingVerifier } from "../support.ts";

function request(token: string | undefined, changes: Partial<GuardedRequest> = {}): GuardedRequest {
  return {
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    tokenInQuery: false,
    params: { userId: "alice" },
    ownerParams: ["userId"],
    source: "the request",
    ...changes,
  };
}

describe("createGuard", () => {
  const { verifier } = createBench();

  it.each([
    ["no verifier", { verifier: undefined }, "verifier: give createVerifier(...)."],
    ["no ownerParam", { ownerParam: undefined }, "ownerParam: name the path parameter"],
    ["an empty ownerParam", { ownerParam: "" }, "ownerParam: "],
    ["an empty list", { ownerParam: [] }, "ownerParam: "],
    ["a list with an empty name", { ownerParam: ["userId", ""] }, "ownerParam: "],
    ["a list with a value that is not a string", { ownerParam: ["userId", 7] }, "ownerParam: "],
    ["a pattern instead of a name", { ownerParam: ":userId" }, 'as in "userId"'],
    ["a placeholder instead of a name", { ownerParam: "{userId}" }, '"userId"'],
    ["a file name instead of a name", { ownerParam: ["orgId", "[userId]"] }, '"userId"'],
    ["a path instead of a name", { ownerParam: "/users/:userId" }, "ownerParam: name the path parameter"],
    ["a realm with a quote", { realm: 'a"b' }, "realm: printable ASCII"],
    ["a realm that begins with a quote", { realm: '"b' }, "realm: "],
    ["a realm with a line break", { realm: "a\r\nSet-Cookie: x" }, "realm: "],
    ["an empty realm", { realm: "" }, "realm: "],
    ["a realm that is not ASCII", { realm: "größe" }, "realm: "],
    ["a realm that is not a string", { realm: 7 }, "realm: "],
    ["an onAccept that is not a function", { onAccept: "log" }, "onAccept: must be a function."],
    ["an onReject that is not a function", { onReject: {} }, "onReject: must be a function."],
    [
      "an onOwnerException that is not one",
      { onOwnerException: [] },
      "onOwnerException: must be a function.",
    ],
    ["a map without parameters", { ownerParam: {} }, "ownerParam: name the path parameter"],
    ["an empty name in a map", { ownerParam: { "": "sub" } }, "ownerParam: name the path parameter"],
    ["a pattern in a map", { ownerParam: { ":orgId": "org" } }, '{ userId: "sub", orgId: "org" }'],
    ["an owner that is empty", { ownerParam: { orgId: "" } }, '"orgId" needs the name of a claim'],
    ["an owner that is null", { ownerParam: { orgId: null } }, '"orgId" needs the name of a claim'],
    ["an owner that is a list of claims", { ownerParam: { orgId: ["org"] } }, '"orgId" needs the name'],
    ["an ownerParam that is a number", { ownerParam: 7 }, "ownerParam: name the path parameter"],
    ["a protectedResource that is null", { protectedResource: null }, "protectedResource: "],
  ])("rejects %s at once, and says what to pass", (_case, wrong, message) => {
    const create = () => createGuard({ verifier, ownerParam: "userId", ...wrong } as never);
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow(message);
  });

  it("accepts null: there is no owner parameter", () => {
    expect(createGuard({ verifier, ownerParam: null }).ownerParams).toEqual([]);
  });
});

describe("admit", () => {
  it("checks header, token and owner in that order, and calls onAccept with the principal", () => {
    const { issuer, verifier } = createBench();
    const onAccept = vi.fn();
    const guard = createGuard({ verifier, ownerParam: "userId", onAccept });
    const admit = (changes: Partial<GuardedRequest>, token: string | undefined = issuer.tokenFor("alice")) =>
      refusal(() => guard.admit(request(token, changes))).code;

    expect(admit({ authorization: undefined })).toBe("credentials_missing");
    expect(admit({ tokenInQuery: true })).toBe("credentials_ambiguous");
    expect(admit({}, "rubbish")).toBe("token_malformed");
    expect(admit({ params: { userId: "bob" } }, issuer.tokenFor("alice", { expired: true }))).toBe(
      "token_expired",
    );
    expect(admit({ params: { userId: "bob" } })).toBe("owner_mismatch");
    expect(onAccept).not.toHaveBeenCalled();

    const principal = guard.admit(request(issuer.tokenFor("alice")));
    expect(principal).toMatchObject({ id: "alice" });
    expect(onAccept).toHaveBeenCalledExactlyOnceWith({ principal, request: "the request" });
  });

  it("checks the owner even if the keys must be fetched first", async () => {
    const { clock } = createBench();
    const issuer = createTestIssuer({ algorithm: "EdDSA", clock });
    const fetch = async () => new Response(JSON.stringify(issuer.jwks()));
    const { verifier } = createBench({
      keys: remoteJwks("https://app.example.com/jwks", { fetch, clock }),
      clock,
    });
    const guard = createGuard({ verifier, ownerParam: "userId" });
    await expect(guard.admit(request(issuer.tokenFor("bob")))).rejects.toMatchObject({
      code: "owner_mismatch",
    });
  });
});

describe("owners", () => {
  const { verifier } = createBench();

  it("are the user's id for a name or a list, and as stated in a map", () => {
    const ownersOf = (ownerParam: OwnerParam) => [...createGuard({ verifier, ownerParam }).owners];
    expect(ownersOf("userId")).toEqual([["userId", "sub"]]);
    expect(ownersOf(["userId", "uid"])).toEqual([
      ["userId", "sub"],
      ["uid", "sub"],
    ]);
    const memberships = () => ["acme"];
    const map = { userId: "sub", orgId: "org", teamId: memberships };
    expect(ownersOf(map)).toEqual(Object.entries(map));
    expect(ownersOf(null)).toEqual([]);
  });

  it("of an adapter replace the guard's for one request, as for the input of a procedure", () => {
    const { issuer, verifier: other } = createBench();
    const guard = createGuard({ verifier: other, ownerParam: "userId" });
    const principal = other.verifySync(issuer.tokenFor("alice"));
    const access = { params: { "where.id": "alice" }, ownerParams: ["where.id"] };
    expect(refusal(() => guard.authorize(principal, access, "x")).code).toBe("owner_mismatch");
    const owners = new Map([["where.id", "sub"]]);
    expect(() => guard.authorize(principal, { ...access, owners }, "x")).not.toThrow();
  });
});

describe("admitOptional", () => {
  const { issuer, verifier } = createBench();
  const onAccept = vi.fn();
  const guard = createGuard({ verifier, ownerParam: "userId", onAccept });
  const ask = (authorization: GuardedRequest["authorization"], tokenInQuery = false) =>
    guard.admitOptional({ authorization, tokenInQuery, source: "the request" });

  it("returns null for a request without credentials, and calls no listener", () => {
    expect(ask(undefined)).toBeNull();
    expect(ask([])).toBeNull();
    expect(onAccept).not.toHaveBeenCalled();
  });

  it("returns the principal of a valid token", () => {
    expect(ask(`Bearer ${issuer.tokenFor("alice")}`)).toMatchObject({ id: "alice" });
    expect(onAccept).toHaveBeenCalledOnce();
  });

  it.each<[string, GuardedRequest["authorization"], boolean, string]>([
    ["an empty header", "", false, "credentials_missing"],
    ["an empty header in a list", [""], false, "credentials_missing"],
    ["another scheme", "Basic eDp5", false, "credentials_missing"],
    ["a scheme without a token", "Bearer", false, "token_malformed"],
    ["rubbish", "Bearer rubbish", false, "token_malformed"],
    ["a token in the query", undefined, true, "credentials_missing"],
    [
      "a token in the query and a header",
      `Bearer ${issuer.tokenFor("alice")}`,
      true,
      "credentials_ambiguous",
    ],
    ["two headers", ["Bearer a", "Bearer b"], false, "credentials_ambiguous"],
    ["an expired token", `Bearer ${issuer.tokenFor("alice", { expired: true })}`, false, "token_expired"],
  ])("rejects %s as on any other route", (_case, authorization, tokenInQuery, code) => {
    expect(refusal(() => ask(authorization, tokenInQuery)).code).toBe(code);
  });

  it("returns a promise if keys must be fetched, for a bad token too", async () => {
    const waiting = createGuard({ verifier: waitingVerifier(verifier), ownerParam: null });
    const later = (token: string) =>
      waiting.admitOptional({ authorization: `Bearer ${token}`, tokenInQuery: false, source: "x" });
    await expect(later(issuer.tokenFor("alice"))).resolves.toMatchObject({ id: "alice" });
    await expect(later("rubbish")).rejects.toMatchObject({ code: "token_malformed" });
  });
});

describe("onOwnerException", () => {
  const { issuer, verifier } = createBench();
  const or = [requireClaim(({ role }) => role === "support", "role support")];
  const support = verifier.verifySync(issuer.tokenFor("bob", { claims: { role: "support" } }));
  const start = () => {
    const onOwnerException = vi.fn();
    const guard = createGuard<TokenClaims>({ verifier, ownerParam: "userId", onOwnerException });
    const visit = (userId: string, source: unknown, policies?: RouteAccess["policies"]) =>
      guard.authorize(
        support,
        { params: { userId }, ownerParams: ["userId"], owner: { or }, policies },
        source,
      );
    return { onOwnerException, visit };
  };

  it("gets the principal, the exception and the request", () => {
    const { onOwnerException, visit } = start();
    const request = {};
    visit("alice", request);
    expect(onOwnerException).toHaveBeenCalledExactlyOnceWith({
      principal: support,
      exceptions: [{ param: "userId", value: "alice", policies: ["role support"] }],
      request,
    });
  });

  it("is called for each check of a request that is not an object", () => {
    const { onOwnerException, visit } = start();
    visit("alice", "the request");
    visit("alice", "the request");
    expect(onOwnerException.mock.calls.map(([{ request }]) => request)).toEqual([
      "the request",
      "the request",
    ]);
  });

  it("is called once for each request, however often the owner is checked", () => {
    const { onOwnerException, visit } = start();
    const [one, two] = [{}, {}];
    for (const request of [one, one, two, one, two]) visit("alice", request);
    expect(onOwnerException.mock.calls.map(([{ request }]) => request)).toEqual([one, two]);
  });

  it("is called for every path of one request: a batch, or a parameter that changes", () => {
    const { onOwnerException, visit } = start();
    const request = {};
    for (const user of ["alice", "carol", "alice"]) visit(user, request);
    expect(onOwnerException.mock.calls.map(([{ exceptions }]) => exceptions[0].value)).toEqual([
      "alice",
      "carol",
    ]);
  });

  it("is not called for the principal's own path, nor for a rejected request", () => {
    const { onOwnerException, visit } = start();
    const anyone: Policy = { name: "anyone", permits: () => true };
    for (const request of [{}, "the request"]) {
      visit("bob", request);
      visit("bob", request, [anyone]);
      expect(() => visit("alice", request, [requireScopes("a")])).toThrow(AuthError);
    }
    expect(onOwnerException).not.toHaveBeenCalled();
  });

  it("that fails changes nothing else, and causes a process warning", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    for (const fail of [
      () => {
        throw new Error("no disk");
      },
      async () => Promise.reject(new Error("no disk")),
    ]) {
      const guard = createGuard<TokenClaims>({ verifier, ownerParam: "userId", onOwnerException: fail });
      const access = { params: { userId: "alice" }, ownerParams: ["userId"], owner: { or } };
      expect(() => guard.authorize(support, access, {})).not.toThrow();
    }
    await vi.waitFor(() => expect(warned).toHaveBeenCalledTimes(2));
    expect(warned.mock.calls[0]?.[0]).toBe('onOwnerException failed: "no disk"');
    warned.mockRestore();
  });
});

describe("the clock", () => {
  it("of the verifier is the one that policies get", () => {
    const { clock, issuer, verifier } = createBench();
    const guard = createGuard<TokenClaims>({ verifier, ownerParam: null });
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    const seen: number[] = [];
    const policy: Policy = { name: "x", permits: (_principal, now) => seen.push(now) > 0 };
    guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy] }, "x");
    clock.advance(1.5);
    guard.authorize(principal, { params: {}, ownerParams: [], policies: [policy] }, "x");
    expect(seen).toEqual([startSeconds, startSeconds + 1.5]);
  });

  it("is not called for the owner of a path on a route without policies", () => {
    const clock = vi.fn(() => startSeconds * 1000);
    const { issuer, verifier } = createBench({ clock });
    const guard = createGuard({ verifier, ownerParam: "userId" });
    const principal = verifier.verifySync(issuer.tokenFor("alice"));
    clock.mockClear();
    guard.authorize(principal, { params: { userId: "alice" }, ownerParams: ["userId"] }, "x");
    expect(clock).not.toHaveBeenCalled();
  });
});

describe("a verifier that throws a value that is not an Error", () => {
  const { verifier } = createBench();
  const thrown = 'the verifier threw a value that is not an Error: "undefined"';

  it("makes admit throw an Error that names the verifier, at once or later", async () => {
    const broken = (verify: () => unknown) =>
      createGuard({ verifier: { ...verifier, verify } as never, ownerParam: "userId" });
    const atOnce = broken(() => {
      throw undefined;
    });
    expect(() => atOnce.admit(request("any"))).toThrow(thrown);
    const later = broken(() => Promise.reject(undefined));
    await expect(later.admit(request("any"))).rejects.toThrow(thrown);
  });
});

describe("refuse", () => {
  it("passes the hint to onReject, and never to the client", () => {
    const { verifier } = createBench();
    const onReject = vi.fn();
    const guard = createGuard({ verifier, ownerParam: "userId", onReject, realm: "tasks" });
    const error = new AuthError("issuer_rejected", { hint: "iss is x, expected y" });
    const refused = guard.refuse(error, "the request");
    expect(onReject).toHaveBeenCalledExactlyOnceWith({ error, request: "the request" });
    expect(JSON.stringify(refused)).not.toContain("expected y");
    expect(refused.headers["www-authenticate"]).toContain('realm="tasks"');
  });
});

describe("no listener", () => {
  it("causes no warning", () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { issuer, verifier } = createBench();
    const guard = createGuard({ verifier, ownerParam: "userId" });
    guard.admit(request(issuer.tokenFor("alice")));
    guard.refuse(new AuthError("token_expired"), "the request");
    expect(warned).not.toHaveBeenCalled();
    warned.mockRestore();
  });
});

describe("a listener that throws", () => {
  it("does not change the result, and causes a process warning with its name", () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    const { issuer, verifier } = createBench();
    const fail = () => {
      throw new Error("the listener is broken");
    };
    const guard = createGuard({ verifier, ownerParam: "userId", onAccept: fail, onReject: fail });
    expect(guard.admit(request(issuer.tokenFor("alice")))).toMatchObject({ id: "alice" });
    expect(guard.refuse(new AuthError("token_expired"), "the request").status).toBe(401);
    const options = expect.objectContaining({ code: "USHER_LISTENER_FAILED" });
    expect(warned.mock.calls).toEqual([
      ['onAccept failed: "the listener is broken"', options],
      ['onReject failed: "the listener is broken"', options],
    ]);
    warned.mockRestore();
  });
});
