import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { expect, onTestFinished, test } from "vitest";
import { IssuerError, usherJwt } from "../../src/index.ts";
import { audience, Browser, baseURL, secret } from "../instance.ts";
import { type Backend, openBackend } from "./backend.ts";
import { issuerFor } from "./issuer.ts";

test.for([
  ["not a list", "https://api.example.com/backchannel-logout"],
  ["plain http", ["http://api.example.com/backchannel-logout"]],
  ["a host name that starts with localhost", ["http://localhost.example.com/backchannel-logout"]],
  ["another scheme", ["ftp://api.example.com/backchannel-logout"]],
  ["a path", ["/backchannel-logout"]],
  ["a URL object", [new URL("https://api.example.com/backchannel-logout")]],
  ["a password", ["https://user:password@api.example.com/backchannel-logout"]],
  ["a fragment", ["https://api.example.com/backchannel-logout#now"]],
  ["a valid and an invalid one", ["https://api.example.com/", "http://api.example.com/"]],
])("rejects backchannelLogout with %s", ([, backchannelLogout]) => {
  expect(() => usherJwt({ audience, backchannelLogout: backchannelLogout as string[] })).toThrow(IssuerError);
});

test.for([
  "https://api.example.com/out?tenant=1",
  "http://localhost:3001/",
  "http://127.0.0.1:3001/",
  "http://[::1]:1/",
])("accepts %s", (endpoint) => {
  expect(() => usherJwt({ audience, backchannelLogout: [endpoint] })).not.toThrow();
});

test("adds no table without endpoints", async () => {
  const { schema } = usherJwt({ audience, backchannelLogout: [] });
  expect(schema).toEqual({});
});

test("Better Auth does not start when sessions are not stored in a database", async () => {
  const start = (options: object) =>
    betterAuth({
      baseURL,
      secret,
      logger: { disabled: true },
      plugins: [usherJwt({ audience, backchannelLogout: ["https://api.example.com/"] })],
      ...options,
    }).$context;
  await expect(start({})).rejects.toThrow("needs a database");
  const database = new DatabaseSync(":memory:");
  await expect(start({ database, secondaryStorage: new MemoryStorage() })).rejects.toThrow(
    "storeSessionInDatabase",
  );
});

test.for([false, true])(
  "with secondary storage, sends a logout when a session ends (rows preserved: %s)",
  async (preserveSessionInDatabase) => {
    const backend: Backend = await openBackend();
    const { auth } = await issuerFor([backend.endpoint], {
      secondaryStorage: new MemoryStorage(),
      session: { storeSessionInDatabase: true, preserveSessionInDatabase },
    });
    const browser = new Browser(auth);
    const sub = await browser.signUp();
    await new Browser(auth).signIn();
    await browser.request("POST", "/revoke-sessions", {});
    await expect
      .poll(() => backend.ends)
      .toEqual([
        { sub, sid: expect.any(String) },
        { sub, sid: expect.any(String) },
      ]);
  },
);

test("passes the delivery to Better Auth's background handler", async () => {
  const backend = await openBackend();
  const handed: Promise<unknown>[] = [];
  const { auth } = await issuerFor([backend.endpoint], {
    advanced: { backgroundTasks: { handler: (work) => void handed.push(work) } },
  });
  const browser = new Browser(auth);
  await browser.signUp();
  await browser.request("POST", "/sign-out", {});
  await Promise.all(handed);
  expect(backend.acknowledged).toHaveLength(1);
});

test("a stopped plugin sends nothing and keeps the logout in the queue", async () => {
  const backend = await openBackend();
  const { auth, stop, pending } = await issuerFor([backend.endpoint]);
  onTestFinished(() => stop());
  const browser = new Browser(auth);
  await browser.signUp();
  await stop();
  await browser.request("POST", "/sign-out", {});
  expect(pending()).toHaveLength(1);
  expect(backend.arrived).toEqual([]);
});

/** Better Auth's secondary storage, in memory. */
class MemoryStorage {
  readonly #values = new Map<string, string>();
  get(key: string): string | null {
    return this.#values.get(key) ?? null;
  }
  set(key: string, value: string): void {
    this.#values.set(key, value);
  }
  delete(key: string): void {
    this.#values.delete(key);
  }
  increment(key: string): number {
    const value = Number(this.get(key)) + 1;
    this.set(key, String(value));
    return value;
  }
  getAndDelete(key: string): string | null {
    const value = this.get(key);
    this.delete(key);
    return value;
  }
}
