import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { betterAuthIssuer, verifierFromEnv } from "@usher-auth/verify";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { jwt } from "better-auth/plugins/jwt";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { audience, migratedInstanceWith, secret } from "./instance.ts";

/** BETTER_AUTH_URL means the same to Better Auth and to verifierFromEnv(). */

const spellings = [
  "http://localhost:3000",
  "http://localhost:3000/",
  "http://localhost:3000/api/auth",
  "http://localhost:3000/api/auth/",
  "http://LOCALHOST:3000",
  "https://app.example.com:443",
  "http://app.example.com:80/",
  "https://App.Example.COM/some/path?query#fragment",
  "HTTPS://app.example.com",
  "https://bücher.example",
  "https://app.example.com.",
];

const payload = { sub: "alice" };
afterEach(() => vi.unstubAllEnvs());

describe.each(spellings)("with BETTER_AUTH_URL=%j on both sides", (url) => {
  it("accepts a token of usherJwt() with the shared secret", async () => {
    const auth = await migratedInstanceWith({ baseURL: url });
    const { token } = await auth.api.signJWT({ body: { payload } });
    const env = { BETTER_AUTH_URL: url, API_URL: audience, BETTER_AUTH_SECRET: secret };
    expect(verifierFromEnv(env).verifySync(token)).toMatchObject({
      id: "alice",
      claims: { iss: betterAuthIssuer(url) },
    });
  });

  it("accepts a token of Better Auth's jwt() with its JWKS", async () => {
    // Only in the environment, as in a deployment.
    vi.stubEnv("BETTER_AUTH_URL", url);
    const auth = betterAuth({
      secret,
      database: new DatabaseSync(":memory:"),
      logger: { disabled: true },
      telemetry: { enabled: false },
      plugins: [jwt({ jwt: { audience } })],
    });
    await (await getMigrations(auth.options)).runMigrations();
    const { token } = await auth.api.signJWT({ body: { payload } });
    const keys = JSON.stringify(await auth.api.getJwks());
    const server = createServer((_request, response) => response.end(keys)).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await new Promise((resolve) => server.once("listening", resolve));
    const env = {
      BETTER_AUTH_URL: url,
      API_URL: audience,
      USHER_JWKS_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth/jwks`,
    };
    expect(await verifierFromEnv(env).verify(token)).toMatchObject({ id: "alice" });
  });
});

describe("API_URL", () => {
  it.each(["https://api.example.com", "https://API.example.com/", "https://api.example.com:443", "my-api"])(
    "must be the same on both sides, character for character: %s",
    async (name) => {
      const { token } = await (await migratedInstanceWith({}, { audience: name })).api.signJWT({
        body: { payload },
      });
      const env = { BETTER_AUTH_URL: "https://app.example.com", BETTER_AUTH_SECRET: secret };
      expect(verifierFromEnv({ ...env, API_URL: name }).verifySync(token)).toMatchObject({ id: "alice" });
      expect(() => verifierFromEnv({ ...env, API_URL: `${name}/` }).verifySync(token)).toThrow(
        "another audience",
      );
    },
  );
});
