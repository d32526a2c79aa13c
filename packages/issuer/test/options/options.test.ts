import { DatabaseSync } from "node:sqlite";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { jwt } from "better-auth/plugins/jwt";
import { expect, test } from "vitest";
import { IssuerError, type UsherJwtOptions, usherJwt } from "../../src/index.ts";
import { audience, Browser, instanceWith, migratedInstanceWith, secret } from "../instance.ts";
import { readJws } from "../jws.ts";

test.each([undefined, "", "  ", [], [""], ["https://api.example.com", ""], 7, null])(
  "rejects audience %j",
  (bad) => {
    const options = { audience: bad } as unknown as UsherJwtOptions;
    expect(() => usherJwt(options)).toThrow(IssuerError);
    expect(() => usherJwt(options)).toThrow(/^usherJwt: audience must name the API/);
  },
);

test.each([
  "",
  "5",
  "5 parsecs",
  "-5m",
  "5m ago",
  "1.5h",
  "1h30m",
  "5  m",
  12.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
])("rejects the form of expiresIn %j", (expiresIn) => {
  expect(() => usherJwt({ audience, expiresIn })).toThrow(
    /^usherJwt: expiresIn must be a time span like "5m"/,
  );
});

test.each(["9s", 9, 0, -300, "0m", "86401 seconds", "25h", "2 days", 86_401])(
  "rejects expiresIn %j as too short or too long",
  (expiresIn) => {
    expect(() => usherJwt({ audience, expiresIn })).toThrow(
      /between 10 seconds and 24 hours; it is -?\d+ seconds\.$/,
    );
  },
);

test.each([
  ["10s", 10],
  ["90 s", 90],
  ["5m", 300],
  ["5 Minutes", 300],
  ["1h", 3600],
  ["1 day", 86_400],
  [3600, 3600],
])("expiresIn %j is a lifetime of %i seconds", async (expiresIn, seconds) => {
  const browser = new Browser(await migratedInstanceWith({}, { audience, expiresIn }));
  await browser.signUp();
  const { payload } = readJws(await browser.token());
  expect(payload.exp).toBe(Math.floor(Number(payload.iat) + seconds));
});

test("rejects an empty issuer, and claims that are not a function", () => {
  expect(() => usherJwt({ audience, issuer: "" })).toThrow(/^usherJwt: issuer must be a non-empty string/);
  const claims = { role: "editor" } as unknown as NonNullable<UsherJwtOptions["claims"]>;
  expect(() => usherJwt({ audience, claims })).toThrow(/^usherJwt: claims must be a function/);
});

test("never takes the issuer from a request: a dynamic base URL requires the option", async () => {
  const dynamic = { baseURL: { allowedHosts: ["*.example.com"], fallback: "https://app.example.com" } };
  await expect(instanceWith(dynamic).$context).rejects.toThrow(
    "usherJwt: set Better Auth's baseURL (or BETTER_AUTH_URL), or usherJwt's issuer.",
  );
  const issuer = "https://app.example.com";
  await expect(instanceWith(dynamic, { audience, issuer }).$context).resolves.toBeDefined();
});

test.each([
  [
    { jwks: { keyPairConfig: { alg: "ES256" } } },
    '"jwks" is an option of jwt(), not of usherJwt(): use algorithm for',
  ],
  [{ jwt: { expirationTime: "1h" } }, "use audience, issuer, expiresIn and claims."],
  [{ expirationTime: "1h" }, "use expiresIn."],
  [{ definePayload: () => ({}) }, "use claims."],
  [{ getSubject: () => "ada" }, "sub is the user's id"],
  [{ sessionCookieCache: true }, "use session.cookieCache"],
  [{ schema: {} }, "remove it"],
  [{ adapter: {} }, "remove it"],
  [{ expiresin: "1h" }, 'unknown option "expiresin". The options are audience, expiresIn, '],
  [
    { keys: { rotationinterval: 3600 } },
    'unknown option "keys.rotationinterval". The options are rotationInterval, ',
  ],
  [{ keys: null }, "keys must be { rotationInterval, gracePeriod }"],
  [{ disableSettingJwtHeader: "yes" }, "disableSettingJwtHeader must be true or false."],
])("rejects %o and names the option to use", (options, message) => {
  const given = { audience, ...options } as unknown as UsherJwtOptions;
  expect(() => usherJwt(given)).toThrow(IssuerError);
  expect(() => usherJwt(given)).toThrow(message);
});

test("rejects missing options with a message", () => {
  expect(() => (usherJwt as () => unknown)()).toThrow("usherJwt: options are missing");
});

test.each([
  "http://localhost:3000",
  "http://localhost:3000/",
  "http://localhost:3000/api/auth",
  "http://localhost:3000/api/auth/",
  "HTTP://LocalHost:3000",
  "http://localhost:80",
  "https://App.Example.com:443/",
  "https://app.example.com/login",
])("iss is the origin of baseURL, as with jwt(): %s", async (baseURL) => {
  const ofJwt = betterAuth({ baseURL, secret, database: new DatabaseSync(":memory:"), plugins: [jwt()] });
  await (await getMigrations(ofJwt.options)).runMigrations();
  const theirs = await ofJwt.api.signJWT({ body: { payload: { sub: "ada" } } });
  const ours = await (await migratedInstanceWith({ baseURL })).api.signJWT({
    body: { payload: { sub: "ada" } },
  });
  expect(readJws(ours.token).payload.iss).toBe(readJws(theirs.token).payload.iss);
  expect(readJws(ours.token).payload.iss).toBe(new URL(baseURL).origin);
});

test.each([
  ["jwt() before it", (): [unknown, unknown] => [jwt(), usherJwt({ audience })]],
  ["jwt() after it", (): [unknown, unknown] => [usherJwt({ audience }), jwt()]],
  [
    "a second usherJwt()",
    (): [unknown, unknown] => [usherJwt({ audience }), usherJwt({ audience: "https://b.example" })],
  ],
])("rejects %s: one plugin would replace the other's endpoints", async (_case, plugins) => {
  const auth = betterAuth({
    baseURL: "https://app.example.com",
    secret,
    database: new DatabaseSync(":memory:"),
    logger: { disabled: true },
    plugins: plugins() as never,
  });
  await expect(auth.$context).rejects.toThrow('usherJwt: another plugin has the id "jwt"');
});
