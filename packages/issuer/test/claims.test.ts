import { beforeEach, expect, test, vi } from "vitest";
import type { UsherJwtOptions } from "../src/index.ts";
import { audience, Browser, migratedInstanceWith } from "./instance.ts";
import { readJws } from "./jws.ts";

// Better Auth's router also prints what it could not handle, past the instance's logger.
beforeEach(() => {
  vi.spyOn(console, "error").mockImplementation(() => {});
});

/** What the developer would read in the log, beside the answer that the client gets. */
async function tokenWith(claims: NonNullable<UsherJwtOptions["claims"]>) {
  const logged: string[] = [];
  const log = (_level: string, ...parts: unknown[]) => logged.push(parts.map(String).join(" "));
  const auth = await migratedInstanceWith({ logger: { log } }, { audience, claims });
  const browser = new Browser(auth);
  const userId = await browser.signUp();
  const response = await browser.request("GET", "/token");
  return { userId, response, log: logged.join("\n") };
}

test("claims adds to the payload, out of the user and the session, and may take its time", async () => {
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

test.each(["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "sid", "email", "name"])(
  "claims cannot set %s: no token, the log names it, the client reads nothing of it",
  async (claim) => {
    const { response, log } = await tokenWith(() => ({ [claim]: "mine" }));
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("mine");
    expect(response.headers.has("set-auth-jwt")).toBe(false);
    expect(log).toContain(`usherJwt: claims must not return "${claim}": the plugin sets it.`);
  },
);

test.each([
  ["a list", ["editor"]],
  ["null", null],
  ["a text", "editor"],
  ["nothing", undefined],
])("claims must return an object: %s is refused", async (_name, value) => {
  const { response, log } = await tokenWith(() => value as unknown as Record<string, unknown>);
  expect(response.status).toBe(500);
  expect(log).toContain("usherJwt: claims must return an object of claims.");
});

test("a token that no API would accept for its length is not made", async () => {
  const { response, log } = await tokenWith(() => ({ everything: "x".repeat(8192) }));
  expect(response.status).toBe(500);
  expect(log).toMatch(/usherJwt: the token would have \d{5} characters and APIs accept 8192\./);
});
