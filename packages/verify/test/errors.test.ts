import { describe, expect, it } from "vitest";
import { AuthError, authErrorCodes, ConfigurationError } from "../src/errors.ts";

/**
 * The text that a client gets for each code, repeated here on purpose: clients and their logs contain it.
 */
const sentences = {
  credentials_missing: "This endpoint needs a bearer token in the Authorization header.",
  credentials_ambiguous: "The request carries more than one set of credentials.",
  token_too_large: "The token is longer than this API accepts.",
  token_malformed: "The token is not a well-formed JWT.",
  token_unsupported: "The token is of a kind that this API does not accept.",
  algorithm_rejected: "The token is signed with an algorithm that this API does not accept.",
  key_unknown: "The token is signed with a key that this API does not know.",
  signature_invalid: "The token's signature does not match.",
  claims_invalid: "A required claim is missing or has the wrong type.",
  issuer_rejected: "The token comes from an issuer that this API does not trust.",
  audience_rejected: "The token is meant for another audience.",
  token_expired: "The token has expired.",
  token_not_yet_valid: "The token is not valid yet.",
  token_revoked: "The token has been revoked.",
  owner_mismatch: "This resource belongs to another user.",
  scope_insufficient: "The token does not grant the scope that this endpoint needs.",
  impersonation_forbidden: "This endpoint cannot be used while acting as another user.",
  reauthentication_required: "This endpoint needs a more recent sign-in.",
  keys_unavailable: "The verification keys are not available at the moment.",
  revocations_unavailable: "The revocations are not available at the moment.",
};

describe("AuthError", () => {
  it("has a fixed sentence for each code, valid in a header (RFC 6750 section 3)", () => {
    for (const code of authErrorCodes) {
      const { message } = new AuthError(code, { hint: "hint" });
      expect(message).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+\.$/);
      expect(message).not.toContain("hint");
      expect(message).toBe(sentences[code]);
    }
  });

  it("has its name, hint and cause, and no stack", () => {
    const cause = new Error("underneath");
    const error = new AuthError("keys_unavailable", { hint: "a hint", cause });
    expect(error).toMatchObject({ name: "AuthError", code: "keys_unavailable", hint: "a hint" });
    expect(error.cause).toBe(cause);
    expect(error.stack).not.toContain("\n    at ");
    const plain = new AuthError("keys_unavailable");
    expect(plain.hint).toBeUndefined();
    expect(Object.hasOwn(plain, "cause")).toBe(false);
  });

  it("does not remove the stack of other errors", () => {
    const { stackTraceLimit } = Error;
    new AuthError("token_expired");
    expect(Error.stackTraceLimit).toBe(stackTraceLimit);
    expect(new Error("another").stack).toContain("\n    at ");
  });

  it("has a frozen list of codes", () => {
    expect(Object.isFrozen(authErrorCodes)).toBe(true);
    expect(authErrorCodes).toEqual(Object.keys(sentences));
  });
});

describe("ConfigurationError", () => {
  it("is a TypeError with its own name", () => {
    const error = new ConfigurationError("issuer: is missing.");
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ name: "ConfigurationError", message: "issuer: is missing." });
  });
});

// Another version of the package may be in the same process.
it.each([
  ["usher-auth.AuthError", new AuthError("token_expired")],
  ["usher-auth.ConfigurationError", new ConfigurationError("invalid")],
])("an error is marked with the registered symbol %s", (name, error) => {
  expect((error as unknown as Record<symbol, unknown>)[Symbol.for(name)]).toBe(true);
});
