import { createTestIssuer } from "@usher-auth/testing";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  betterAuthIssuer,
  ConfigurationError,
  secretFingerprintFromEnv,
  verifierFromEnv,
} from "../src/index.ts";
import { keyStatus, parseSecretVersions, secretFingerprint } from "../src/keys/index.ts";
import { verdict } from "./support.ts";

const [old, current] = ["old:k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t", "new:k3J9sQ2mZ7xW1vB5nC8dF4gH6jL0pR2t"];
const urls = { BETTER_AUTH_URL: "https://app.example.com", API_URL: "https://api.example.com" };
const tokenOf = (secret: string) => createTestIssuer({ secret }).tokenFor("alice");

describe("verifierFromEnv", () => {
  it("verifies with BETTER_AUTH_SECRET", () => {
    const verifier = verifierFromEnv({ ...urls, BETTER_AUTH_SECRET: current });
    expect(verdict(verifier, tokenOf(current))).toBe("accepted");
    expect(verdict(verifier, tokenOf(old))).toBe("signature_invalid");
  });

  it("verifies with any version in BETTER_AUTH_SECRETS, and with no other secret", () => {
    const verifier = verifierFromEnv({
      ...urls,
      BETTER_AUTH_SECRETS: `2:${current}, 1:${old}`,
      BETTER_AUTH_SECRET: `${current}!`,
    });
    expect(verdict(verifier, tokenOf(current))).toBe("accepted");
    expect(verdict(verifier, tokenOf(old))).toBe("accepted");
    expect(verdict(verifier, tokenOf(`${current}!`))).toBe("signature_invalid");
  });

  it("requires the issuer BETTER_AUTH_URL and the audience API_URL", () => {
    const verifier = verifierFromEnv({
      BETTER_AUTH_SECRET: current,
      BETTER_AUTH_URL: "https://x.example",
      API_URL: "https://api.example.com",
    });
    expect(verdict(verifier, tokenOf(current))).toBe("issuer_rejected");
    const other = verifierFromEnv({ ...urls, BETTER_AUTH_SECRET: current, API_URL: "https://x.example" });
    expect(verdict(other, tokenOf(current))).toBe("audience_rejected");
  });

  it.each([
    ["BETTER_AUTH_SECRET", "the secret that the Better Auth server has."],
    ["BETTER_AUTH_URL", "Better Auth's baseURL, such as https://app.example.com."],
    ["API_URL", "this API's name in tokens, such as https://api.example.com."],
    ["USHER_JWKS_URL", "where the issuer publishes its keys, https://…/api/auth/jwks."],
  ])("reports that %s is empty or not set, and what to set it to", (name, what) => {
    const env = {
      ...urls,
      BETTER_AUTH_SECRET: current,
      USHER_JWKS_URL: "https://x.example",
      USHER_KEYS: "jwks,secret",
    };
    expect(() => verifierFromEnv(env)).not.toThrow();
    for (const value of [undefined, ""]) {
      expect(() => verifierFromEnv({ ...env, [name]: value })).toThrow(ConfigurationError);
      expect(() => verifierFromEnv({ ...env, [name]: value })).toThrow(
        `${name} is not set. Set it to ${what}`,
      );
    }
  });

  describe("access tokens", () => {
    const oauth = {
      USHER_ACCESS_TOKEN_ISSUER: "https://app.example.com/api/auth",
      USHER_ACCESS_TOKEN_SCOPES: " tasks:read  tasks:write ",
    };
    const secret = { ...urls, BETTER_AUTH_SECRET: current };
    const grant = { scope: "tasks:write tasks:read" };

    it("are accepted with the issuer and the scopes that are named, by keys of the JWKS only", async () => {
      const issuer = await createTestIssuer({ mode: "jwks" });
      onTestFinished(() => issuer.close());
      const bySecret = createTestIssuer({ secret: current });
      const env = { ...secret, ...oauth, USHER_JWKS_URL: issuer.jwksUrl, USHER_KEYS: "jwks,secret" };
      const verifier = verifierFromEnv(env);
      await verifier.ready();
      expect(verifier.verifySync(issuer.accessTokenFor("alice", grant)).clientId).toBe("test-client");
      expect(verdict(verifier, issuer.accessTokenFor("alice", { scope: "tasks:read" }))).toBe(
        "scope_insufficient",
      );
      expect(verdict(verifier, issuer.tokenFor("alice"))).toBe("accepted");
      expect(verdict(verifier, bySecret.tokenFor("alice"))).toBe("accepted");
      expect(verdict(verifier, bySecret.accessTokenFor("alice", grant))).toBe("issuer_rejected");

      const none = verifierFromEnv({ ...env, USHER_KEYS: "jwks", USHER_ACCESS_TOKEN_SCOPES: " none " });
      await none.ready();
      expect(verdict(none, issuer.accessTokenFor("alice"))).toBe("accepted");
      const without = verifierFromEnv({
        ...env,
        USHER_ACCESS_TOKEN_ISSUER: "",
        USHER_ACCESS_TOKEN_SCOPES: "",
      });
      expect(verdict(without, issuer.accessTokenFor("alice"))).toBe("token_unsupported");
    });

    it("need both variables, valid scopes, and a JWKS", () => {
      const env = { ...urls, ...oauth, USHER_JWKS_URL: "https://app.example.com/api/auth/jwks" };
      expect(() => verifierFromEnv(env)).not.toThrow();
      for (const [changes, message] of [
        [
          { USHER_ACCESS_TOKEN_ISSUER: "" },
          "USHER_ACCESS_TOKEN_ISSUER is not set. Set it to the OAuth provider's issuer, such as https://app.example.com/api/auth.",
        ],
        [
          { USHER_ACCESS_TOKEN_SCOPES: undefined },
          "USHER_ACCESS_TOKEN_SCOPES is not set. Set it to the scopes that every access token needs, such as tasks:read, or to none.",
        ],
        [
          { USHER_ACCESS_TOKEN_SCOPES: 'tasks:"read"' },
          'USHER_ACCESS_TOKEN_SCOPES: name the scopes one by one, such as "tasks:write".',
        ],
        [
          { USHER_ACCESS_TOKEN_SCOPES: " " },
          'USHER_ACCESS_TOKEN_SCOPES: name the scopes one by one, such as "tasks:write".',
        ],
        [
          { USHER_KEYS: "secret", BETTER_AUTH_SECRET: current },
          "USHER_ACCESS_TOKEN_ISSUER: Better Auth signs access tokens with a key pair. Set USHER_JWKS_URL, and USHER_KEYS to jwks or jwks,secret.",
        ],
      ] as const)
        expect(() => verifierFromEnv({ ...env, ...changes })).toThrow(new ConfigurationError(message));
    });
  });

  it("names all missing variables at once", () => {
    expect(() => verifierFromEnv({})).toThrow(
      /^BETTER_AUTH_URL is not set\..*\nAPI_URL is not set\..*\nBETTER_AUTH_SECRET is not set\..*$/,
    );
    expect(() => verifierFromEnv({ USHER_KEYS: "jwks" })).toThrow(/\nUSHER_JWKS_URL is not set\./);
  });

  it.each(["app.example.com", "localhost:3000", "ftp://app.example.com", "not a url"])(
    "refuses %j as BETTER_AUTH_URL, as Better Auth does, and does not repeat it",
    (url) => {
      const message = "BETTER_AUTH_URL must be an http or https address, such as https://app.example.com.";
      expect(() => verifierFromEnv({ ...urls, BETTER_AUTH_URL: url, BETTER_AUTH_SECRET: current })).toThrow(
        new ConfigurationError(message),
      );
      expect(() => betterAuthIssuer(url)).toThrow(new ConfigurationError(message));
    },
  );

  const jwks = { ...urls, USHER_JWKS_URL: "https://app.example.com/api/auth/jwks" };

  it("uses only the keys of USHER_JWKS_URL if it is set, even if there is a secret", () => {
    const verifier = verifierFromEnv({ ...jwks, BETTER_AUTH_SECRET: current });
    expect(verdict(verifier, tokenOf(current))).toBe("algorithm_rejected");
    expect(keyStatus(verifier)).toEqual({ state: "missing" });
  });

  it("uses both secret and JWKS with USHER_KEYS, while moving from one to the other", () => {
    for (const USHER_KEYS of ["jwks,secret", "secret, jwks"]) {
      const verifier = verifierFromEnv({ ...jwks, BETTER_AUTH_SECRET: current, USHER_KEYS });
      expect(verdict(verifier, tokenOf(current))).toBe("accepted");
      expect(keyStatus(verifier)).toEqual({ state: "missing" });
    }
    const secretOnly = verifierFromEnv({ ...jwks, BETTER_AUTH_SECRET: current, USHER_KEYS: "secret" });
    expect(keyStatus(secretOnly)).toEqual({ state: "fresh" });
  });

  it.each([
    [{ USHER_KEYS: "both" }, "USHER_KEYS"],
    [{ USHER_KEYS: "jwks,jwks" }, "USHER_KEYS"],
    [{ USHER_KEYS: "jwks," }, "USHER_KEYS"],
    [{ USHER_KEYS: "jwks", USHER_JWKS_URL: "" }, "USHER_JWKS_URL is not set"],
    [{ USHER_KEYS: "jwks,secret", BETTER_AUTH_SECRET: "" }, "BETTER_AUTH_SECRET is not set"],
    [{ USHER_JWKS_URL: "http://app.example.com/jwks" }, "https"],
  ])("refuses %j", (wrong, message) => {
    expect(() => verifierFromEnv({ ...jwks, BETTER_AUTH_SECRET: current, ...wrong })).toThrow(message);
  });
});

describe("secretFingerprintFromEnv", () => {
  it("is that of the secret that currently signs", () => {
    const both = { BETTER_AUTH_SECRETS: `2:${current}, 1:${old}`, BETTER_AUTH_SECRET: old };
    expect(secretFingerprintFromEnv(both)).toBe(secretFingerprint(current));
    expect(secretFingerprintFromEnv({ BETTER_AUTH_SECRET: old })).toBe(secretFingerprint(old));
    expect(secretFingerprintFromEnv({ BETTER_AUTH_SECRET: "" })).toBeUndefined();
  });
});

describe("parseSecretVersions", () => {
  it("reads versions in the order listed, with colons in the secret", () => {
    expect(parseSecretVersions(" 12:new:er , 1: old one ,0:x")).toEqual([
      { version: 12, value: "new:er" },
      { version: 1, value: "old one" },
      { version: 0, value: "x" },
    ]);
  });

  it.each(["secret", "a:secret", "-1:secret", "1:", "1: ", ":secret", "2:new,", "2:new,,1:old", "1.5:x"])(
    "refuses %j and does not repeat it",
    (text) => {
      expect(() => parseSecretVersions(text)).toThrow(/^BETTER_AUTH_SECRETS: entry \d/);
      expect(() => parseSecretVersions(text)).not.toThrow(/secret"|x$/);
    },
  );
});

describe("betterAuthIssuer", () => {
  it.each([
    ["https://App.example.com:443/api/auth/", "https://app.example.com"],
    ["http://LOCALHOST:3000/api/auth", "http://localhost:3000"],
  ])("of %s is the origin %s", (baseUrl, issuer) => {
    expect(betterAuthIssuer(baseUrl)).toBe(issuer);
  });

  it.each(["", "app.example.com", "ftp://app.example.com"])("rejects %j", (baseUrl) => {
    expect(() => betterAuthIssuer(baseUrl)).toThrow("BETTER_AUTH_URL must be an http or https address");
  });
});
