import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { resolve } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { readSettings } from "./settings.ts";

test("derives each address from its port, and gives all of them to both processes", async () => {
  const { webUrl, apiUrl, environment } = await readSettings({ WEB_PORT: "0", API_PORT: "0" });
  expect(webUrl).toBe(`http://localhost:${environment.WEB_PORT}`);
  expect(apiUrl).toBe(`http://localhost:${environment.API_PORT}`);
  expect(Number(environment.WEB_PORT)).toBeGreaterThan(0);
  expect(environment).toMatchObject({
    BETTER_AUTH_URL: webUrl,
    API_URL: apiUrl,
    DATA_DIR: resolve(".data"),
    HOST: "127.0.0.1",
  });
});

test("passes public addresses on unchanged", async () => {
  const given = { BETTER_AUTH_URL: "https://app.example.com/", API_URL: "https://api.example.com" };
  const { environment } = await readSettings({ ...given, WEB_PORT: "0", API_PORT: "0" });
  expect(environment).toMatchObject(given);
});

test("explains in one line that a port is taken, invalid, or used twice", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  const taken = String((server.address() as AddressInfo).port);
  await expect(readSettings({ WEB_PORT: "0", API_PORT: taken })).rejects.toThrow(
    `port ${taken} is taken: stop what uses it, or set API_PORT to another port`,
  );
  for (const wrong of ["70000", "-1", "http", "1.5"]) {
    await expect(readSettings({ WEB_PORT: wrong, API_PORT: "0" })).rejects.toThrow("WEB_PORT is not a port");
  }
  const { environment } = await readSettings({ WEB_PORT: "0", API_PORT: "0" });
  const same = environment.WEB_PORT ?? "";
  await expect(readSettings({ WEB_PORT: same, API_PORT: same })).rejects.toThrow("change one of them");
});

test("uses the secret by default; with key pairs, the API fetches the keys from the web app", async () => {
  const read = async (given: Record<string, string>) => {
    const { webUrl, environment } = await readSettings({ WEB_PORT: "0", API_PORT: "0", ...given });
    return [environment.USHER_KEYS, environment.USHER_JWKS_URL?.replace(webUrl, "WEB")];
  };
  expect(await read({})).toEqual(["secret", undefined]);
  expect(await read({ USHER_KEYS: "jwks" })).toEqual(["jwks", "WEB/api/auth/jwks"]);
  expect(await read({ USHER_KEYS: "jwks,secret" })).toEqual(["jwks,secret", "WEB/api/auth/jwks"]);
  expect(await read({ USHER_JWKS_URL: "https://x.example/jwks" })).toEqual([
    "jwks",
    "https://x.example/jwks",
  ]);
});

test("reports everything that is wrong in one line", async () => {
  const wrong = { WEB_PORT: "http", API_PORT: "70000", NODE_ENV: "production" };
  await expect(readSettings(wrong)).rejects.toThrow(
    /^WEB_PORT is not a port: [^;]*; API_PORT is not a port: [^;]*; NODE_ENV is production and no secret is set/,
  );
  const keys = { WEB_PORT: "http", API_PORT: "0", BETTER_AUTH_SECRET: "short", USHER_KEYS: "" };
  await expect(readSettings(keys)).rejects.toThrow(
    /^WEB_PORT is not a port: .*; The shared secret has 5 bytes/,
  );
});

test("rejects production without a secret", async () => {
  const production = { NODE_ENV: "production", WEB_PORT: "0", API_PORT: "0" };
  await expect(readSettings(production)).rejects.toThrow(/set BETTER_AUTH_SECRET/);
  await expect(readSettings({ ...production, BETTER_AUTH_SECRET: "x".repeat(43) })).resolves.toBeDefined();
});
