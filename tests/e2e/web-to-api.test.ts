import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTestIssuer } from "@usher-auth/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningUsher, startUsher } from "./support/processes/launcher.ts";
import { requestTasks, type Session, signOut, signUp } from "./support/session.ts";

let usher: RunningUsher;
let ada: Session;

beforeAll(async () => {
  usher = await startUsher();
  ada = await signUp(usher.webUrl);
});
afterAll(async () => {
  const ended = await usher.stop();
  expect(ended.errors).toBe("");
  expect(ended.output).not.toContain(ada.token.split(".")[2]);
});

describe("the token", () => {
  test("is HS256, has exactly the documented claims, and lives five minutes", () => {
    const [header, payload] = ada.token.split(".").map((part) => Buffer.from(part, "base64url").toString());
    expect(JSON.parse(header ?? "")).toEqual({ alg: "HS256", typ: "JWT" });
    const claims = JSON.parse(payload ?? "");
    expect(claims).toEqual({
      sub: ada.userId,
      sid: expect.stringMatching(/./),
      jti: expect.stringMatching(/./),
      iat: expect.any(Number),
      exp: Math.floor(claims.iat + 300),
      auth_time: expect.any(Number),
      iss: usher.webUrl,
      aud: usher.apiUrl,
      email: ada.email,
      email_verified: false,
      name: "Ada Lovelace",
    });
    expect(Math.abs(claims.iat - Date.now() / 1000)).toBeLessThan(60);
  });

  test("is accepted on the user's own path", async () => {
    const created = await call(ownTasks(), {
      method: "POST",
      token: ada.token,
      body: { title: "Write a program" },
    });
    expect(created.status).toBe(201);
    const task = await created.json();
    expect(task).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      title: "Write a program",
      notes: null,
      completed: false,
      createdAt: expect.stringMatching(/^\d{4}-/),
      updatedAt: expect.stringMatching(/^\d{4}-/),
    });
    expect(created.headers.get("location")).toContain(`/api/${ada.userId}/tasks/${task.id}`);

    const listed = await call(ownTasks(), { token: ada.token });
    expect(listed.status).toBe(200);
    expect(listed.headers.get("cache-control")).toBe("no-store");
    expect(await listed.json()).toEqual({ tasks: [task], nextCursor: null });
  });
});

describe("rejections", () => {
  test.for([
    { name: "no token", tokenOf: () => undefined, code: "credentials_missing", error: undefined },
    {
      name: "a tampered signature",
      tokenOf: () => tampered(ada.token),
      code: "signature_invalid",
      error: "invalid_token",
    },
    {
      name: "an expired token",
      tokenOf: () => issuer().tokenFor(ada.userId, { expired: true }),
      code: "token_expired",
      error: "invalid_token",
    },
    {
      name: "the session token instead of the JWT",
      tokenOf: () => decodeURIComponent(ada.cookie.split("=")[1] ?? "").split(".")[0],
      code: "token_unsupported",
      error: "invalid_token",
    },
  ])("answers $name with 401 $code", async ({ tokenOf, code, error }) => {
    const response = await call(ownTasks(), { token: tokenOf() });
    expect(response.status).toBe(401);
    const body = await expectProblem(response, 401, code);
    expect(response.headers.get("www-authenticate")).toBe(
      error === undefined
        ? 'Bearer realm="api"'
        : `Bearer realm="api", error="${error}", error_description="${body.detail}"`,
    );
  });

  test("answers another user's path with 403 owner_mismatch and a challenge without an error", async () => {
    const grace = await signUp(usher.webUrl, "Grace Hopper");
    const response = await call(`/api/${grace.userId}/tasks`, { token: ada.token });
    await expectProblem(response, 403, "owner_mismatch");
    expect(response.headers.get("www-authenticate")).toBe('Bearer realm="api"');
  });

  test("answers an unknown path with 401 without a token, and with 404 with one", async () => {
    await expectProblem(await call("/nothing/here"), 401, "credentials_missing");
    await expectProblem(await call("/nothing/here", { token: ada.token }), 404, "not_found");
  });

  test("after sign-out, the web app issues no token and the API rejects the session's tokens", async () => {
    const { cookie, token } = await signUp(usher.webUrl);
    expect(await requestTasks(usher.apiUrl, token)).toBe(200);
    expect((await signOut(usher.webUrl, cookie)).status).toBe(200);
    expect((await fetch(`${usher.webUrl}/api/auth/token`, { headers: { cookie } })).status).toBe(401);
    await expect.poll(() => requestTasks(usher.apiUrl, token)).toBe("token_revoked");
    expect(await requestTasks(usher.apiUrl, ada.token)).toBe(200);
  });
});

test("allows the web app's origin to read responses and challenges, and no other origin", async () => {
  const allowed = await call(ownTasks(), { origin: usher.webUrl });
  expect(allowed.headers.get("access-control-allow-origin")).toBe(usher.webUrl);
  expect(allowed.headers.get("access-control-expose-headers")?.toLowerCase()).toContain("www-authenticate");
  const other = await call(ownTasks(), { origin: "http://other.example" });
  expect(other.headers.get("access-control-allow-origin")).not.toBe("http://other.example");
  expect(other.headers.get("access-control-allow-origin")).not.toBe("*");
});

test("prints the same fingerprint in the launcher, the web app and the API, and never the secret", () => {
  const output = usher.output();
  const fingerprints = output.match(/fingerprint\D{1,4}([0-9a-f]{16})/gi) ?? [];
  expect(fingerprints.length).toBeGreaterThanOrEqual(3);
  expect(new Set(fingerprints.map((text) => text.slice(-16))).size).toBe(1);
  expect(output).not.toContain(developmentSecret());
});

type Call = { method?: string; token?: string | undefined; body?: unknown; origin?: string };

function call(path: string, { method = "GET", token, body, origin }: Call = {}): Promise<Response> {
  const headers: Record<string, string> = {};
  if (token !== undefined) headers.authorization = `Bearer ${token}`;
  if (origin !== undefined) headers.origin = origin;
  if (body !== undefined) headers["content-type"] = "application/json";
  return fetch(`${usher.apiUrl}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

async function expectProblem(response: Response, status: number, code: string): Promise<{ detail: string }> {
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toMatch(/^application\/problem\+json/);
  expect(response.headers.get("cache-control")).toBe("no-store");
  const body = await response.json();
  const words = code.replaceAll("_", " ");
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  expect(body).toEqual({
    type: `urn:usher-auth:error:${code}`,
    title,
    status,
    code,
    detail: expect.stringMatching(/\w/),
  });
  return body;
}

function ownTasks(): string {
  return `/api/${ada.userId}/tasks`;
}

function issuer() {
  return createTestIssuer({ secret: developmentSecret(), issuer: usher.webUrl, audience: usher.apiUrl });
}

function developmentSecret(): string {
  return readFileSync(join(usher.dataFolder, "better-auth-secret"), "utf8").trim();
}

/** Changes the first character of the signature. The last one may have unused bits. */
function tampered(token: string): string {
  const start = token.lastIndexOf(".") + 1;
  return `${token.slice(0, start)}${token[start] === "A" ? "B" : "A"}${token.slice(start + 1)}`;
}
