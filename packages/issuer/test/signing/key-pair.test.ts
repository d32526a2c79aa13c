import { createHmac, createPublicKey, type JsonWebKey } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { createVerifier, remoteJwks, type Verifier } from "@usher-auth/verify";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins/jwt";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { type KeyPairAlgorithm, usherJwt } from "../../src/index.ts";
import { audience, Browser, baseURL, migratedInstanceWith, secret } from "../instance.ts";
import { readJws } from "../jws.ts";

const algorithms: KeyPairAlgorithm[] = ["EdDSA", "ES256", "ES512", "RS256", "PS256"];

/** Serves the instance over HTTP and returns the URL of its JWKS. */
async function jwksOf(auth: Parameters<typeof toNodeHandler>[0]): Promise<string> {
  const server = createServer(toNodeHandler(auth));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/auth/jwks`;
}

function verifierOf(jwksUrl: string, clock: () => number = Date.now): Verifier {
  return createVerifier({ keys: remoteJwks(jwksUrl, { clock }), issuer: baseURL, audience, clock });
}

const codeOf = (verifier: Verifier, token: string | undefined) =>
  verifier.verify(token ?? "").then(
    () => "accepted",
    (error) => error.code as string,
  );

afterEach(() => {
  vi.useRealTimers();
});

describe("usherJwt with a key pair", () => {
  test.each(algorithms)("%s: a token of /token verifies with the JWKS", async (algorithm) => {
    const auth = await migratedInstanceWith({}, { audience, algorithm });
    const browser = new Browser(auth);
    const userId = await browser.signUp();
    const token = await browser.token();
    const { header, payload } = readJws(token);
    expect(header).toEqual({ alg: algorithm, kid: expect.any(String) });
    expect(Object.keys(payload).sort()).toEqual([
      "aud",
      "auth_time",
      "email",
      "email_verified",
      "exp",
      "iat",
      "iss",
      "jti",
      "name",
      "sid",
      "sub",
    ]);
    expect(payload.exp).toBe(Math.floor(Number(payload.iat) + 300));

    const principal = await verifierOf(await jwksOf(auth)).verify(token);
    expect(principal).toMatchObject({
      id: userId,
      sessionId: payload.sid,
      claims: { iss: baseURL, aud: audience },
    });
  });

  test("set-auth-jwt and auth.api.signJWT have the same signature and the same checks", async () => {
    const auth = await migratedInstanceWith({}, { audience, algorithm: "ES256" });
    const browser = new Browser(auth);
    await browser.signUp();
    const verifier = verifierOf(await jwksOf(auth));
    const header = (await browser.request("GET", "/get-session")).headers.get("set-auth-jwt") ?? "";
    expect(await codeOf(verifier, header)).toBe("accepted");
    const { token } = await auth.api.signJWT({ body: { payload: { sub: "user-1" } } });
    expect((await verifier.verify(token)).id).toBe("user-1");
    const foreign = { sub: "user-1", aud: "https://other.example.com" };
    await expect(auth.api.signJWT({ body: { payload: foreign } })).rejects.toThrow('"aud" must');
  });

  test("after a rotation, tokens of both keys are accepted until the old key leaves the JWKS", async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    const keys = { rotationInterval: 3600, gracePeriod: 7200 };
    const auth = await migratedInstanceWith({}, { audience, algorithm: "EdDSA", keys, expiresIn: "1h" });
    const browser = new Browser(auth);
    await browser.signUp();
    const verifier = verifierOf(await jwksOf(auth));
    const pass = (seconds: number) => vi.setSystemTime(Date.now() + seconds * 1000);

    const old = await browser.token();
    expect(await codeOf(verifier, old)).toBe("accepted");
    pass(3599);
    const last = await browser.token();
    pass(60);
    const renewed = await browser.token();
    expect(readJws(renewed).header.kid).not.toBe(readJws(last).header.kid);
    expect(await codeOf(verifier, renewed)).toBe("accepted");
    expect(await codeOf(verifier, last)).toBe("accepted");

    // The old key's grace period is over. By this verifier's clock its last token has not expired.
    const patient = createVerifier({
      keys: remoteJwks(await jwksOf(auth)),
      issuer: baseURL,
      audience,
      clock: () => Number(readJws(last).payload.iat) * 1000,
    });
    pass(7200);
    expect(await codeOf(patient, last)).toBe("key_unknown");
  });

  test("rejects HS256 signed with the public key", async () => {
    const auth = await migratedInstanceWith({}, { audience, algorithm: "RS256" });
    const browser = new Browser(auth);
    await browser.signUp();
    await browser.token();
    const url = await jwksOf(auth);
    const { keys } = (await (await fetch(url)).json()) as { keys: JsonWebKey[] };
    const jwk = keys[0] as JsonWebKey;
    const pem = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "pem" });
    const der = createPublicKey({ key: jwk, format: "jwk" }).export({ type: "spki", format: "der" });
    const verifier = verifierOf(url);
    const segment = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const { payload } = readJws(await browser.token());
    for (const key of [pem, der, JSON.stringify(jwk), Buffer.from(jwk.n ?? "", "base64url")]) {
      const input = `${segment({ alg: "HS256", kid: jwk.kid })}.${segment(payload)}`;
      const forged = `${input}.${createHmac("sha256", key).update(input).digest("base64url")}`;
      expect(await codeOf(verifier, forged)).toBe("algorithm_rejected");
    }
  });

  test("rejects a sessionCookieCache cookie: it has a sub and a key of the JWKS", async () => {
    const auth = betterAuth({
      baseURL,
      secret,
      database: new DatabaseSync(":memory:"),
      emailAndPassword: { enabled: true },
      session: { cookieCache: { enabled: true, strategy: "jwt" } },
      plugins: [jwt({ sessionCookieCache: true, jwt: { issuer: baseURL, audience } })],
      logger: { disabled: true },
    });
    await (await getMigrations(auth.options)).runMigrations();
    const response = await auth.handler(
      new Request(`${baseURL}/api/auth/sign-up/email`, {
        method: "POST",
        headers: { "content-type": "application/json", origin: baseURL },
        body: JSON.stringify({ email: "ada@example.com", name: "Ada", password: "correct horse battery" }),
      }),
    );
    const cookie = response.headers.getSetCookie().find((line) => line.includes("session_data=")) ?? "";
    const token = cookie.split(";")[0]?.split("session_data=")[1];
    expect(readJws(token ?? "").payload.sub).toEqual(expect.any(String));

    const verifier = verifierOf(await jwksOf(auth));
    expect(await codeOf(verifier, token)).toBe("token_unsupported");
  });

  test.each([
    [{ algorithm: "HS512" as never }, "algorithm must be"],
    [{ algorithm: "none" as never }, "algorithm must be"],
    [{ keys: { rotationInterval: 86_400 } }, "HS256 has none"],
    [{ algorithm: "EdDSA" as const, keys: { rotationInterval: 60 } }, "rotationInterval"],
    [{ algorithm: "EdDSA" as const, keys: { gracePeriod: 300 } }, "gracePeriod"],
  ])("rejects %j", (options, message) => {
    expect(() => usherJwt({ audience, ...options })).toThrow(message);
  });
});
