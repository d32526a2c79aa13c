import { beforeEach, expect, test, vi } from "vitest";
import type { UsherJwtOptions } from "../../src/index.ts";
import { audience, Browser, migratedInstanceWith } from "../instance.ts";
import { readJws } from "../jws.ts";

// Better Auth's router also prints errors to the console, past the instance's logger.
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

/** The answer that the client gets, and the log. */
async function tokenWith(claims: NonNullable<UsherJwtOptions["claims"]>) {
  const logged: string[] = [];
  const log = (_level: string, ...parts: unknown[]) => logged.push(parts.map(String).join(" "));
  const auth = await migratedInstanceWith({ logger: { log } }, { audience, claims });
  const browser = new Browser(auth);
  const userId = await browser.signUp();
  const response = await browser.request("GET", "/token");
  return { userId, response, log: logged.join("\n") };
}

test("claims adds to the payload from the user and the session, and may be async", async () => {
  const { response, userId } = await tokenWith(async ({ user, session }) => ({
    role: "editor",
    verified: user.emailVerified,
    owner: session.userId,
    nothing: undefined,
  }));
  const { payload } = readJws(((await response.json()) as { token: string }).token);
  expect(payload).toMatchObject({ role: "editor", verified: false, owner: userId, email: "ada@example.com" });
  expect(payload).not.toHaveProperty("nothing");
});

test.each([
  "iss",
  "sub",
  "aud",
  "exp",
  "nbf",
  "iat",
  "jti",
  "sid",
  "act",
  "auth_time",
  "email",
  "email_verified",
  "name",
  "is_anonymous",
])("claims cannot set %s: no token is issued, and only the log names the claim", async (claim) => {
  const { response, log } = await tokenWith(() => ({ [claim]: "mine" }));
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("mine");
  expect(response.headers.has("set-auth-jwt")).toBe(false);
  expect(log).toContain(`usherJwt: claims must not return "${claim}": the plugin sets it.`);
});

test.each([
  ["a list", ["editor"]],
  ["null", null],
  ["a text", "editor"],
  ["nothing", undefined],
])("claims must return an object: rejects %s", async (_name, value) => {
  const { response, log } = await tokenWith(() => value as unknown as Record<string, unknown>);
  expect(response.status).toBe(500);
  expect(log).toContain("usherJwt: claims must return an object of claims.");
});

test("claims gets copies: changing them changes neither the token nor the session", async () => {
  const { userId, response } = await tokenWith(({ user, session }) => {
    Object.assign(user, { id: "root", email: "root@example.com", emailVerified: true, name: "Root" });
    Object.assign(session, { id: "another", userId: "root", impersonatedBy: "nobody" });
    session.expiresAt.setTime(0);
    return {};
  });
  const { payload } = readJws(((await response.json()) as { token: string }).token);
  expect(payload).toMatchObject({
    sub: userId,
    email: "ada@example.com",
    email_verified: false,
    name: "Ada",
  });
  expect(payload.sid).not.toBe("another");
  expect(payload).not.toHaveProperty("act");
});

test.each([
  ["toJSON", { toJSON: () => ({ sub: "root", role: "editor" }) }],
  ["a getter that changes its value", gettingOnce("role", "editor", "sub", "root")],
])("claims cannot set a reserved claim with %s: what was checked is signed", async (_name, value) => {
  const { response, userId } = await tokenWith(() => value);
  if (response.ok)
    expect(readJws(((await response.json()) as { token: string }).token).payload.sub).toBe(userId);
  else expect(response.status).toBe(500);
});

test.each(["cnf", "at_hash"])("issues no token with %s, which APIs would refuse", async (claim) => {
  const { response, log } = await tokenWith(() => ({ [claim]: { jkt: "key" } }));
  expect(response.status).toBe(500);
  expect(log).toContain(`usherJwt: claims must not return "${claim}": APIs refuse tokens that have it.`);
});

test("auth.api.signJWT checks what toJSON returns, not what it replaces", async () => {
  const auth = await migratedInstanceWith();
  const payload = { sub: "ada", toJSON: () => ({ sub: "root", exp: 4_000_000_000 }) };
  await expect(auth.api.signJWT({ body: { payload } })).rejects.toThrow("exp");
});

test.each([
  ["a BigInt", { large: 1n }],
  ["a cycle", cycle()],
])("rejects claims that cannot be written as JSON: %s", async (_name, value) => {
  const { response, log } = await tokenWith(() => value);
  expect(response.status).toBe(500);
  expect(log).toContain("usherJwt: the claims cannot be written as JSON");
});

test("does not issue a token that is too long for an API", async () => {
  const { response, log } = await tokenWith(() => ({ everything: "x".repeat(8192) }));
  expect(response.status).toBe(500);
  expect(log).toMatch(/usherJwt: the token has \d{5} characters and APIs accept 8192\./);
});

/** Lists one member the first time, and another one after that. */
function gettingOnce(
  name: string,
  value: string,
  other: string,
  otherValue: string,
): Record<string, unknown> {
  let asked = 0;
  return new Proxy(
    {},
    {
      ownKeys: () => [asked++ === 0 ? name : other],
      getOwnPropertyDescriptor: () => ({ enumerable: true, configurable: true }),
      get: (_target, member) => (member === name ? value : member === other ? otherValue : undefined),
    },
  );
}

function cycle(): Record<string, unknown> {
  const self: Record<string, unknown> = {};
  self.self = self;
  return self;
}
