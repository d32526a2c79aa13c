import { expect, test } from "vitest";
import { readConfig } from "../../../src/server/config/config.ts";
import type { Environment } from "../../../src/server/config/environment.ts";
import { StartupError } from "../../../src/server/startup-error.ts";
import { secret } from "../web.ts";

const read = (env: Environment) => readConfig({ BETTER_AUTH_SECRET: secret, ...env });

test("all variables but the secret have a default, on loopback", () => {
  expect(read({})).toMatchObject({
    host: "127.0.0.1",
    port: 3000,
    metricsPort: undefined,
    issuer: undefined,
    apiUrl: "http://localhost:3001",
    allowInsecureHosts: [],
    dataFolder: ".data",
    databaseUrl: undefined,
    pageFolder: expect.stringMatching(/apps[\\/]web[\\/]dist$/),
    trustedProxies: [],
    logLevel: "info",
    production: false,
    development: false,
  });
});

test("an empty variable counts as not set", () => {
  const names = [
    "HOST",
    "WEB_PORT",
    "WEB_METRICS_PORT",
    "BETTER_AUTH_URL",
    "API_URL",
    "DATA_DIR",
    "AUTH_DATABASE_URL",
    "LOG_LEVEL",
  ];
  expect(read(Object.fromEntries(names.map((name) => [name, ""])))).toEqual(read({}));
});

test("the API is on API_PORT of this machine by default", () => {
  expect(read({ API_PORT: "4001" }).apiUrl).toBe("http://localhost:4001");
  expect(read({ API_PORT: "4001", API_URL: "https://api.example.com/" }).apiUrl).toBe(
    "https://api.example.com/",
  );
});

test.each([
  ["http://localhost:3000/", "http://localhost:3000"],
  ["HTTP://LocalHost:3000", "http://localhost:3000"],
  ["https://app.example.com:443", "https://app.example.com"],
  ["https://app.example.com/api/auth", "https://app.example.com"],
  ["https://app.example.com/api/auth/", "https://app.example.com"],
])("the issuer is the origin of BETTER_AUTH_URL, as in the API: %s", (BETTER_AUTH_URL, issuer) => {
  expect(read({ BETTER_AUTH_URL }).issuer).toBe(issuer);
});

test("TRUSTED_PROXIES is a list", () => {
  expect(read({ TRUSTED_PROXIES: "10.0.0.0/8, ::1," }).trustedProxies).toEqual(["10.0.0.0/8", "::1"]);
});

test("USHER_ALLOW_INSECURE_HOSTS is a list of exact host names", () => {
  expect(read({ USHER_ALLOW_INSECURE_HOSTS: "api, 10.0.2.2" }).allowInsecureHosts).toEqual([
    "api",
    "10.0.2.2",
  ]);
  expect(read({ USHER_ALLOW_INSECURE_HOSTS: "" }).allowInsecureHosts).toEqual([]);
  for (const USHER_ALLOW_INSECURE_HOSTS of ["http://api:3001", "api,", "*"])
    expect(() => read({ USHER_ALLOW_INSECURE_HOSTS })).toThrow(
      /^USHER_ALLOW_INSECURE_HOSTS: .*exact host name/,
    );
});

test("USHER_DEV has no effect in production", () => {
  expect(read({ USHER_DEV: "1" }).development).toBe(true);
  expect(read({ USHER_DEV: "1", NODE_ENV: "production" }).development).toBe(false);
});

test.each([
  [{ WEB_PORT: "http" }, "WEB_PORT must be a port number"],
  [{ WEB_PORT: "65536" }, "WEB_PORT must be a port number"],
  [{ WEB_PORT: "-1" }, "WEB_PORT must be a port number"],
  [{ WEB_METRICS_PORT: "9464x" }, "WEB_METRICS_PORT must be a port number"],
  [{ API_PORT: "3e3" }, "API_PORT must be a port number"],
  [{ BETTER_AUTH_URL: "app.example.com" }, "BETTER_AUTH_URL must be an http:// or https:// URL"],
  [{ BETTER_AUTH_URL: "https://app.example.com/auth" }, "BETTER_AUTH_URL must be the web app's origin"],
  [{ API_URL: "ftp://api.example.com" }, "API_URL must be an http:// or https:// URL"],
  [{ AUTH_DATABASE_URL: "mysql://localhost" }, "AUTH_DATABASE_URL must look like postgres://"],
  [{ LOG_LEVEL: "loud" }, "LOG_LEVEL must be one of silent, fatal, error, warn, info, debug, trace."],
  [{ USHER_KEYS: "both" }, "USHER_KEYS must be secret, jwks"],
  [{ BETTER_AUTH_SECRETS: "no version" }, "BETTER_AUTH_SECRETS: entry 1 is not"],
  [{ BETTER_AUTH_SECRETS: `2:${secret},1:short` }, "Version 1 of the shared secret has 5 bytes"],
])("rejects %j", (env, message) => {
  expect(() => read(env as Environment)).toThrow(StartupError);
  expect(() => read(env as Environment)).toThrow(message);
});

test("the fingerprint is that of the secret that signs", () => {
  const single = read({}).secrets.fingerprint;
  const other = "another-secret-with-enough-variety-in-it-93!";
  expect(single).toMatch(/^[0-9a-f]{16}$/);
  expect(read({ BETTER_AUTH_SECRETS: `2:${secret},1:${other}` }).secrets.fingerprint).toBe(single);
  expect(read({ BETTER_AUTH_SECRETS: ` 2: ${other} , 1:${secret}` }).secrets.fingerprint).not.toBe(single);
});

test("the first kind in USHER_KEYS signs", () => {
  expect(read({}).signWith).toBe("secret");
  expect(read({ USHER_KEYS: "jwks" }).signWith).toBe("jwks");
  expect(read({ USHER_KEYS: "jwks,secret" }).signWith).toBe("jwks");
  expect(read({ USHER_KEYS: "secret, jwks" }).signWith).toBe("secret");
});

test("one error names all invalid variables, without their values", () => {
  const env = {
    WEB_PORT: "hidden",
    API_PORT: "-1",
    AUTH_DATABASE_URL: "mysql://hidden@x/y",
    USHER_KEYS: "x",
    LOG_LEVEL: "x",
  };
  const message =
    /^WEB_PORT .* API_PORT .* BETTER_AUTH_SECRET is not set.* USHER_KEYS .* AUTH_DATABASE_URL .* LOG_LEVEL (?!.*hidden)/;
  expect(() => readConfig(env)).toThrow(message);
  expect(() => readConfig(env)).toThrow(StartupError);
  expect(() => readConfig({ ...env, BETTER_AUTH_SECRET: "hidden" })).toThrow(
    /WEB_PORT (?!.*hidden).* has 6 bytes/,
  );
});
