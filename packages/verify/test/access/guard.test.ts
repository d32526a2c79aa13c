import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, vi } from "vitest";
import { createGuard, type GuardedRequest } from "../../src/access/index.ts";
import { AuthError, ConfigurationError, remoteJwks } from "../../src/index.ts";
import { createBench, refusal } from "../support.ts";

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
      ['onAccept, a listener, failed: "the listener is broken"', options],
      ['onReject, a listener, failed: "the listener is broken"', options],
    ]);
    warned.mockRestore();
  });
});
