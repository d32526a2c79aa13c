import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { expect, test } from "vitest";

const secret = "a-secret-of-this-test-that-is-long-enough";

/** Better Auth as in production: it checks no origin where NODE_ENV is "test". */
async function createAuth(options: BetterAuthOptions, issuer?: string) {
  const auth = betterAuth({
    ...options,
    secret,
    database: new DatabaseSync(":memory:"),
    emailAndPassword: { enabled: true },
    advanced: { disableOriginCheck: false, disableCSRFCheck: false },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { disabled: true },
    plugins: [usherJwt({ audience: "https://api.example.com", ...(issuer && { issuer }) })],
  });
  await (await getMigrations(auth.options)).runMigrations();
  return auth;
}
type Auth = Awaited<ReturnType<typeof createAuth>>;

/** Signs up as a page of `origin` does, at Better Auth on `url`. */
async function signUp({ handler }: Auth, url: string, origin: string) {
  const response = await handler(
    new Request(`${url}/api/auth/sign-up/email`, {
      method: "POST",
      headers: { origin, "content-type": "application/json", host: new URL(url).host },
      body: JSON.stringify({
        name: "Ada",
        email: `${crypto.randomUUID()}@example.com`,
        password: "correct horse",
      }),
    }),
  );
  const [cookie = ""] = response.headers.getSetCookie().map((line) => line.split(";", 1)[0]);
  return { status: response.status, cookie };
}

test("trustedOrigins takes a wildcard for the subdomains of one name", async () => {
  const url = "https://auth.example.com";
  const auth = await createAuth({ baseURL: url, trustedOrigins: ["https://*.preview.example.com"] });
  const statusFor = async (origin: string) => (await signUp(auth, url, origin)).status;
  expect(await statusFor("https://pull-1.preview.example.com")).toBe(200);
  expect(await statusFor("https://other.example.com")).toBe(403);
  expect(await statusFor("http://pull-1.preview.example.com")).toBe(403);
});

test("of two session cookies with one name, Better Auth reads the first: the older one", async () => {
  const url = "https://auth.example.com";
  const auth = await createAuth({ baseURL: url });
  const [older, newer] = [await signUp(auth, url, url), await signUp(auth, url, url)];
  const sessionOf = async (cookie: string) => {
    const request = new Request(`${url}/api/auth/get-session`, { headers: { cookie } });
    return ((await (await auth.handler(request)).json()) as { session: { id: string } }).session.id;
  };
  expect(await sessionOf(`${older.cookie}; ${newer.cookie}`)).toBe(await sessionOf(older.cookie));
});

test("with a baseURL for each request, usherJwt needs an issuer", async () => {
  const options = { baseURL: { allowedHosts: ["*-team.vercel.app"] } };
  const plugins = [usherJwt({ audience: "https://api.example.com" })];
  await expect(
    betterAuth({ ...options, plugins, secret, telemetry: { enabled: false } }).$context,
  ).rejects.toThrow("usherJwt's issuer");
  const auth = await createAuth(options, "https://app.example.com");
  const url = "https://pull-1-team.vercel.app";
  const { cookie } = await signUp(auth, url, url);
  const headers = { cookie, host: new URL(url).host };
  const response = await auth.handler(new Request(`${url}/api/auth/token`, { headers }));
  const { token } = (await response.json()) as { token: string };
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(claims.iss).toBe("https://app.example.com");
});
