import { DatabaseSync } from "node:sqlite";
import { type KeySource, localJwks, sharedSecret } from "@usher-auth/verify";
import { expect, onTestFinished, test, vi } from "vitest";
import { Browser, secret } from "../instance.ts";
import { readJws } from "../jws.ts";
import { Api } from "./api.ts";
import { issuerFor, makeAdmin } from "./issuer.ts";

const within = { timeout: 20_000, interval: 20 };

/** Creates the key pair and reads its public key, before the API starts. */
async function publishedKeys(algorithm: "ES256", database: DatabaseSync): Promise<KeySource> {
  const { auth } = await issuerFor([], { plugin: { algorithm }, database });
  return localJwks(await (await new Browser(auth).request("GET", "/jwks")).text());
}

/** An API and its issuer. Ada is signed in on two devices, Grace on one. */
async function signedIn(algorithm: "HS256" | "ES256") {
  const database = new DatabaseSync(":memory:");
  const keys = algorithm === "HS256" ? sharedSecret(secret) : await publishedKeys(algorithm, database);
  const api = await new Api(keys).start();
  const issuer = await issuerFor([api.endpoint], { plugin: { algorithm }, database });
  const [phone, grace] = [new Browser(issuer.auth), new Browser(issuer.auth)];
  const id = await phone.signUp();
  const laptop = await new Browser(issuer.auth).signIn();
  await grace.signUp("grace@example.com", "Grace");
  const tokens = { phone: await phone.token(), laptop: await laptop.token(), grace: await grace.token() };
  for (const token of Object.values(tokens)) expect(await api.verdict(token)).toBe("ok");
  return { api, issuer, ada: { id, phone, laptop }, tokens };
}

test.for(["HS256", "ES256"] as const)(
  "%s: a sign-out revokes the session's token, and no other session's or user's",
  async (algorithm) => {
    const { api, ada, tokens } = await signedIn(algorithm);
    await ada.phone.request("POST", "/sign-out", {});
    await vi.waitFor(async () => expect(await api.verdict(tokens.phone)).toBe("token_revoked"), within);
    expect(await api.verdict(tokens.laptop)).toBe("ok");
    expect(await api.verdict(tokens.grace)).toBe("ok");

    await ada.phone.signIn();
    expect(await api.verdict(await ada.phone.token())).toBe("ok");
  },
);

test.for(["HS256", "ES256"] as const)(
  "%s: a ban revokes all tokens of that user, and no other user's",
  async (algorithm) => {
    const { api, issuer, ada, tokens } = await signedIn(algorithm);
    const root = new Browser(issuer.auth);
    makeAdmin(issuer.database, await root.signUp("root@example.com", "Root"));
    await root.request("POST", "/admin/ban-user", { userId: ada.id });
    await vi.waitFor(async () => {
      expect([await api.verdict(tokens.phone), await api.verdict(tokens.laptop)]).toEqual([
        "token_revoked",
        "token_revoked",
      ]);
    }, within);
    expect(await api.verdict(tokens.grace)).toBe("ok");
  },
);

test("delivers all of 500 sign-outs while the API is killed and started at random", async () => {
  const api = await new Api(sharedSecret(secret)).start();
  const { auth, pending } = await issuerFor([api.endpoint]);
  const grace = new Browser(auth);
  await grace.signUp("grace@example.com", "Grace");
  const others = await grace.token();
  await new Browser(auth).signUp();

  const copied: string[] = [];
  let done = false;
  let starts = 0;
  const restarting = (async () => {
    while (!done) {
      await api.kill();
      await pause(Math.random() * 80);
      await api.start();
      starts += 1;
      await pause(Math.random() * 80);
    }
  })();
  for (let count = 0; count < 500; count += 1) {
    const browser = await new Browser(auth).signIn();
    copied.push(await browser.token());
    expect((await browser.request("POST", "/sign-out", {})).status).toBe(200);
  }
  done = true;
  await restarting;
  expect(starts).toBeGreaterThan(3);

  await vi.waitUntil(() => pending().length === 0, within);
  await api.kill();
  await api.start();
  const verdicts = await Promise.all(copied.map((token) => api.verdict(token)));
  expect(verdicts).toEqual(Array(500).fill("token_revoked"));
  expect(await api.verdict(others)).toBe("ok");
}, 120_000);

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

test.for(["HS256", "ES256"] as const)(
  "%s: accepts a user who signs in again in the same second as their ban",
  async (algorithm) => {
    const { api, issuer, ada } = await signedIn(algorithm);
    const root = new Browser(issuer.auth);
    makeAdmin(issuer.database, await root.signUp("root@example.com", "Root"));

    // The clock stays within one second, however long the test takes.
    const second = Math.ceil(Date.now() / 1000);
    vi.useFakeTimers({ toFake: ["Date"], now: second * 1000 + 200 });
    onTestFinished(() => void vi.useRealTimers());
    const before = await ada.laptop.token();
    vi.setSystemTime(second * 1000 + 400);
    await root.request("POST", "/admin/ban-user", { userId: ada.id });
    for (let look = 0; look < 1000 && (await api.verdict(before)) === "ok"; look++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    vi.setSystemTime(second * 1000 + 600);
    await root.request("POST", "/admin/unban-user", { userId: ada.id });
    await ada.phone.signIn();
    const fresh = await ada.phone.token();

    expect([before, fresh].map((token) => readJws(token).payload.iat)).toEqual([second + 0.2, second + 0.6]);
    expect(await api.verdict(fresh)).toBe("ok");
    expect(await api.verdict(before)).toBe("token_revoked");
  },
);
