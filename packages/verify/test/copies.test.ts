import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, vi } from "vitest";
import { createGuard } from "../src/access/index.ts";
import { createRefusals } from "../src/http/refusals.ts";
import * as own from "../src/index.ts";
import { keySource } from "../src/keys/index.ts";
import { createLogoutVerifier } from "../src/logout/index.ts";
import { createBench, refusal } from "./support.ts";

// Like a linked package, a second version or a bundler: every module is evaluated a second time.
vi.resetModules();
const other = await import("../src/index.ts");
const otherKeys = await import("../src/keys/index.ts");

const request = {
  authorization: undefined,
  tokenInQuery: false,
  params: {},
  ownerParams: [],
  source: "the request",
};

/** An error of a newer version. */
function foreign(code: string, message = "SELECT secret FROM a newer version"): own.AuthError {
  return Object.assign(new other.AuthError("token_expired"), { code, message }) as never;
}

describe("two copies of the package in one process", () => {
  it("are two", () => {
    expect(other.AuthError).not.toBe(own.AuthError);
    expect(Object.getPrototypeOf(new other.AuthError("token_expired"))).not.toBe(own.AuthError.prototype);
  });

  it("recognise each other's errors, with isAuthError and instanceof", () => {
    for (const [one, two] of [
      [own, other],
      [other, own],
    ] as const) {
      const error = new one.AuthError("token_expired");
      expect(two.isAuthError(error)).toBe(true);
      expect(error instanceof two.AuthError).toBe(true);
      expect(error instanceof two.ConfigurationError).toBe(false);
      expect(new one.ConfigurationError("no") instanceof two.ConfigurationError).toBe(true);
      expect(two.isAuthError(new one.ConfigurationError("no"))).toBe(false);
    }
  });

  it.each([
    ["usher-auth.verifier.1", createBench().verifier],
    ["usher-auth.key-source.1", own.sharedSecret(createTestIssuer().secret)],
  ])("find what the other made by a registered symbol with a version: %s", (name, value) => {
    expect(Object.getOwnPropertySymbols(value)).toEqual([Symbol.for(name)]);
  });

  it("recognise no other value as an error, and never throw", () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error("a trap");
        },
      },
    );
    const named = { name: "AuthError", code: "token_expired", message: "x" };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    for (const value of [
      undefined,
      null,
      0,
      "AuthError",
      Symbol("x"),
      new Error("x"),
      named,
      hostile,
      proxy,
    ]) {
      expect(own.isAuthError(value)).toBe(false);
      expect(value instanceof own.AuthError).toBe(false);
    }
  });

  it("do not change instanceof for a class that extends an error", () => {
    class Narrower extends own.AuthError {}
    const narrower = new Narrower("token_expired");
    expect(
      narrower instanceof Narrower && narrower instanceof own.AuthError && own.isAuthError(narrower),
    ).toBe(true);
    expect(new own.AuthError("token_expired") instanceof Narrower).toBe(false);
  });

  it("share a verifier: the guard of one copy uses the verifier of the other", () => {
    const { issuer, clock } = createBench();
    const { secret, audience } = issuer;
    const verifier = other.createVerifier({
      keys: other.sharedSecret(secret),
      issuer: issuer.issuer,
      audience,
      clock,
    });
    const guard = createGuard({ verifier: verifier as own.Verifier, ownerParam: null });
    const authorization = `Bearer ${issuer.tokenFor("alice")}`;
    expect(guard.admit({ ...request, authorization })).toMatchObject({ id: "alice" });
    const error = refusal(() => guard.admit({ ...request, authorization: "Bearer rubbish" }));
    expect(guard.refuse(error, "the request")).toMatchObject({ status: 401 });
  });

  it("share keys with errors of another copy: newer keys are fetched, and a failure is a 503", async () => {
    const { issuer, clock } = createBench();
    const { audience } = issuer;
    let up = false;
    const fetch = async () => {
      if (!up) throw new Error("unreachable");
      return new Response(JSON.stringify(testKeys.jwks()));
    };
    const testKeys = createTestIssuer({ algorithm: "EdDSA", clock });
    const keys = other.remoteJwks("https://app.example.com/jwks", { fetch, clock });
    const verifier = own.createVerifier({ keys, issuer: testKeys.issuer, audience, clock });
    await expect(verifier.verify(testKeys.tokenFor("alice"))).rejects.toMatchObject({
      code: "keys_unavailable",
    });
    up = true;
    clock.advance(60);
    await expect(verifier.verify(testKeys.tokenFor("alice"))).resolves.toMatchObject({ id: "alice" });
  });

  it("share a custom key source, and both reject a plain object", async () => {
    const { issuer, clock } = createBench();
    const { secret, audience } = issuer;
    const given = { issuer: issuer.issuer, audience, clock };
    const plain = { ...own.sharedSecret(secret) };
    for (const [create, declare] of [
      [own.createVerifier, otherKeys.keySource],
      [other.createVerifier, keySource],
    ] as const) {
      const verifier = create({ keys: declare(plain), ...given });
      expect(verifier.verifySync(issuer.tokenFor("alice"))).toMatchObject({ id: "alice" });
      expect(() => create({ keys: plain, ...given })).toThrow(/keySource/);
    }
  });

  it("share a verifier for logout tokens", async () => {
    const { issuer, clock } = createBench();
    const { secret, audience } = issuer;
    const verifier = other.createVerifier({
      keys: other.sharedSecret(secret),
      issuer: issuer.issuer,
      audience,
      clock,
    });
    const verifyLogoutToken = createLogoutVerifier(verifier as own.Verifier);
    await expect(verifyLogoutToken(issuer.tokenFor("alice"))).rejects.toMatchObject({
      code: "token_unsupported",
    });
  });
});

describe("an error of another version", () => {
  const { verifier } = createBench();
  const guard = createGuard({ verifier, ownerParam: null, realm: "tasks" });

  it("with a known code gets this copy's response, whatever its message says", () => {
    const refused = guard.refuse(foreign("issuer_rejected"), "the request");
    expect(refused).toEqual(guard.refuse(new own.AuthError("issuer_rejected"), "the request"));
  });

  it.each(["consent_required", "constructor", "__proto__", "toString", ""])(
    "with the unknown code %j is a 401 with static text",
    (code) => {
      const { status, headers, body } = guard.refuse(foreign(code), "the request");
      expect(status).toBe(401);
      expect(headers["www-authenticate"]).toBe('Bearer realm="tasks", error="invalid_token"');
      expect(JSON.parse(body)).toMatchObject({ status: 401, code: "unauthorized" });
      expect(body).not.toContain("SELECT");
    },
  );

  it("with an unknown code that ends in _unavailable is a 503 with Retry-After", () => {
    const { status, headers, body } = guard.refuse(foreign("tenants_unavailable"), "the request");
    expect([status, headers["retry-after"]]).toEqual([503, "5"]);
    expect(JSON.parse(body)).toMatchObject({ code: "service_unavailable" });
  });

  it("with a code that is not a string is rejected too", () => {
    expect(createRefusals("api", false).for({ code: undefined as never })).toMatchObject({ status: 401 });
  });
});

describe("a verifier with promises of another library", () => {
  const { issuer, verifier } = createBench();
  const authorization = `Bearer ${issuer.tokenFor("alice")}`;

  /** Like those of zone.js and promise libraries: not an instance of the global Promise. */
  function later(answer: () => own.Principal): Promise<own.Principal> {
    return {
      // biome-ignore lint/suspicious/noThenProperty: that is what a thenable is.
      then: (resolve: never, reject: never) => Promise.resolve().then(answer).then(resolve, reject),
    } as never;
  }

  it("is awaited, and its promise is never used as a principal", async () => {
    const waiting = {
      ...verifier,
      verify: (token: string) => later(() => verifier.verifySync(token)),
    };
    const guard = createGuard({ verifier: waiting, ownerParam: null });
    const admitted = guard.admit({ ...request, authorization });
    expect(admitted).toBeInstanceOf(Promise);
    await expect(admitted).resolves.toMatchObject({ id: "alice" });
    await expect(guard.admit({ ...request, authorization: "Bearer rubbish" })).rejects.toMatchObject({
      code: "token_malformed",
    });
  });
});
