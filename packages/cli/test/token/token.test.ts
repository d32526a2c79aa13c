import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { usherJwt } from "@usher-auth/issuer";
import { createVerifier, sharedSecret } from "@usher-auth/verify";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { captcha, jwt, organization, twoFactor } from "better-auth/plugins";
import { expect, test, vi } from "vitest";
import { audience } from "../support/better-auth.ts";
import { type Run, usher } from "../support/command.ts";
import { type IssuerSetup, startIssuer } from "../support/issuer.ts";
import { closedUrl } from "../support/server.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const password = "correct horse battery";
const email = "ada@example.com";

/** Runs `usher-auth token` with the password in the environment. */
function token(issuer: string, words: readonly string[] = [], given = password): Promise<Run> {
  return usher(["token", "--email", email, "--issuer", issuer, ...words], {
    environment: { USHER_PASSWORD: given },
  });
}

test("prints the token that the issuer issues for the API, and nothing else", async () => {
  const { url, secret } = await startIssuer();
  const { exitCode, output, errors } = await token(url, ["--sign-up"]);
  expect(exitCode).toBe(0);
  expect(output).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  const principal = await createVerifier({ keys: sharedSecret(secret), issuer: url, audience }).verify(
    output.trim(),
  );
  expect(principal.claims.email).toBe(email);
  expect(errors).toMatch(
    /signed ada@example.com up at .*\n.*The token ends 20.*, in 5 minutes\.\nThe session is kept/s,
  );
  expect(errors).not.toContain(password);
  expect(errors).not.toContain(output.slice(0, 20));
});

test("signs in where the account exists, and creates nothing then", async () => {
  const issuer = await startIssuer();
  expect(await token(issuer.url)).toMatchObject({
    exitCode: 2,
    output: "",
    errors: expect.stringMatching(/Wrong e-mail address or password\..*--sign-up/),
  });
  await token(issuer.url, ["--sign-up"]);
  issuer.requests.length = 0;
  expect((await token(issuer.url, ["--sign-up"])).exitCode).toBe(0);
  expect(issuer.requests).toEqual(["POST /api/auth/sign-in/email", "GET /api/auth/token"]);
  expect(await token(issuer.url, ["--sign-up"], "another password")).toMatchObject({
    exitCode: 2,
    output: "",
    errors: "usher-auth: There is an account of ada@example.com already, and this is not its password.\n",
  });
});

test("--json says whose token it is and when it ends", async () => {
  const { url } = await startIssuer();
  const { output } = await token(url, ["--sign-up", "--json"]);
  expect(JSON.parse(output)).toEqual({
    token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
    email,
    userId: expect.stringMatching(/^\w{32}$/),
    issuer: url,
    expiresAt: expect.stringMatching(/^20.*Z$/),
  });
});

test("takes the password from a file, standard input, the environment or the keyboard", async () => {
  const { url } = await startIssuer();
  await token(url, ["--sign-up"]);
  const words = ["token", "--email", email, "--issuer", url];
  const file = join(await temporaryFolder(), "password.txt");
  await writeFile(file, `${password}\n`);
  expect((await usher([...words, "--password-file", file])).exitCode).toBe(0);
  expect((await usher([...words, "--password-file", "-"], { input: `${password}\r\n` })).exitCode).toBe(0);
  expect((await usher(words, { typed: password })).exitCode).toBe(0);
  // A final space may be part of it.
  expect((await usher(words, { typed: `${password} ` })).errors).toContain("Wrong e-mail");
  expect((await usher(words)).errors).toMatch(/There is no password\. .*--password-file.*USHER_PASSWORD/);
  expect((await usher(words, { typed: "^C" })).errors).toBe("usher-auth: Cancelled.\n");
  expect((await usher(words, { environment: { USHER_PASSWORD: "" } })).errors).toContain("is empty");
  expect((await usher([...words, "--password", password])).errors).toContain("no flag --password.");
});

test("reads the issuer from the settings", async () => {
  const { url } = await startIssuer();
  const folder = await mkdtemp(join(tmpdir(), "usher token "));
  await writeFile(join(folder, ".env"), `BETTER_AUTH_URL=${url}\n`);
  const environment = { USHER_PASSWORD: password };
  const words = ["token", "--email", email, "--sign-up"];
  expect(await usher(words, { folder, environment })).toMatchObject({ exitCode: 0 });
  expect((await usher(words, { environment })).errors).toMatch(/no BETTER_AUTH_URL in the environment/);
});

const accepted: readonly (readonly [string, IssuerSetup, { path?: string; flags?: string[] }?])[] = [
  ["Better Auth's jwt()", { options: () => ({ plugins: [jwt()] }) }],
  ["a key pair", { options: () => ({ plugins: [usherJwt({ audience, algorithm: "EdDSA" })] }) }],
  [
    "the organization plugin",
    { options: () => ({ plugins: [organization(), usherJwt({ audience, organization: true })] }) },
  ],
  ["another basePath in the URL", { options: () => ({ basePath: "/login" }) }, { path: "/login" }],
  [
    "another basePath as a flag",
    { options: () => ({ basePath: "/login/v1" }) },
    { flags: ["--base-path", "/login/v1"] },
  ],
  [
    "secure cookies with a prefix",
    { options: () => ({ advanced: { useSecureCookies: true, cookiePrefix: "shop" } }) },
  ],
  ["a cookie cache", { options: () => ({ session: { cookieCache: { enabled: true } } }) }],
  ["sign-ups without a session", { emailAndPassword: { autoSignIn: false } }],
  [
    "a limit of requests, after waiting",
    {
      emailAndPassword: { autoSignIn: false },
      options: () => ({
        rateLimit: { enabled: true, customRules: { "/sign-in/email": { window: 1, max: 1 } } },
      }),
    },
  ],
];

for (const [name, setup, { path = "", flags = [] } = {}] of accepted)
  test(`works with ${name}`, async () => {
    const { url } = await startIssuer(setup);
    const run = await token(url + path, ["--sign-up", ...flags]);
    expect(run.errors).toContain("is signed in at");
    expect(run).toMatchObject({ exitCode: 0, output: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+\n$/) });
  });

const refuses = (path: string, error: () => APIError): IssuerSetup => ({
  options: () => ({
    hooks: {
      before: createAuthMiddleware(async (context) => {
        if (context.path === path) throw error();
      }),
    },
  }),
});

const refused: readonly (readonly [string, IssuerSetup, RegExp])[] = [
  [
    "an address that must be verified",
    {
      emailAndPassword: { requireEmailVerification: true },
      options: () => ({ emailVerification: { sendVerificationEmail: async () => {} } }),
    },
    /Signed ada@example.com up\. The issuer requires a verified e-mail address/,
  ],
  ["disabled sign-ups", { emailAndPassword: { disableSignUp: true } }, /does not allow sign-ups/],
  ["no passwords", { emailAndPassword: { enabled: false } }, /does not offer sign-in with e-mail address/],
  [
    "a captcha",
    {
      options: () => ({ plugins: [captcha({ provider: "cloudflare-turnstile", secretKey: "secret" })] }),
    },
    /requires a captcha/,
  ],
  [
    "a hook that rejects",
    refuses(
      "/sign-up/email",
      () => new APIError("FORBIDDEN", { code: "NOT_INVITED", message: "Only guests" }),
    ),
    /does not accept the sign-up \(403, NOT_INVITED: "Only guests"\)/,
  ],
  [
    "a hook that says the password",
    refuses("/sign-up/email", () => new APIError("FORBIDDEN", { message: `${password}?` })),
    /does not accept the sign-up \(403\)/,
  ],
  [
    "a hook that fails",
    refuses("/sign-in/email", () => new APIError("INTERNAL_SERVER_ERROR")),
    /does not accept the sign-in \(500.*Its log says why/,
  ],
  [
    "no plugin that issues tokens",
    { options: () => ({ plugins: [] }) },
    /\/token answers 404: .*usherJwt\(\)/,
  ],
  [
    "HS256 in keyPairConfig, which cannot sign",
    {
      options: () => ({
        plugins: [jwt({ jwks: { keyPairConfig: { alg: "HS256" as "EdDSA" } } })],
      }),
    },
    /issues no token \(500\)\. Its log says why/,
  ],
  [
    "cookies for another domain",
    {
      options: () => ({ advanced: { crossSubDomainCookies: { enabled: true, domain: "example.com" } } }),
    },
    /set its session cookie for another domain \(example\.com\)/,
  ],
  [
    "a limit of requests that lasts long",
    {
      emailAndPassword: { autoSignIn: false },
      options: () => ({
        rateLimit: { enabled: true, customRules: { "/sign-in/email": { window: 600, max: 1 } } },
      }),
    },
    /limits requests \(429\)\. Try again in \d+ seconds/,
  ],
];

test.each(refused)("says why with %s", async (_name, setup, message) => {
  // Better Auth prints failures of its plugins, whatever its logger.
  vi.spyOn(console, "error").mockImplementation(() => {});
  const { url } = await startIssuer(setup);
  const { exitCode, output, errors } = await token(url, ["--sign-up"]);
  expect([exitCode, output]).toEqual([2, ""]);
  expect(errors).toMatch(message);
  expect(errors).not.toContain(password);
});

test("says so if the account has a second factor", async () => {
  const { url, database } = await startIssuer({
    options: () => ({ plugins: [twoFactor(), usherJwt({ audience })] }),
  });
  await token(url, ["--sign-up"]);
  database.exec('update "user" set twoFactorEnabled = 1');
  expect((await token(url)).errors).toMatch(/two-factor authentication/);
});

test("says so if the issuer has another name, or is not running", async () => {
  const { url } = await startIssuer();
  expect((await token(url.replace("localhost", "127.0.0.1"))).errors).toMatch(/does not trust the origin/);
  expect((await token(await closedUrl())).errors).toMatch(/cannot be reached: nothing listens/);
});

test.each([
  ["http://app.example.com", /--issuer must be https, or http on this machine/],
  ["http://0.0.0.0:3000", /Use 127\.0\.0\.1/],
  ["ftp://localhost", /must be an http:\/\/ or https:\/\/ URL/],
  ["http://ada:secret@localhost:3000", /must not contain credentials/],
  ["localhost:3000", /must be an http:\/\/ or https:\/\/ URL/],
])("does not send a password to %s", async (issuer, message) => {
  expect(await token(issuer)).toMatchObject({ exitCode: 2, errors: expect.stringMatching(message) });
});

test("sends a password over plain http where USHER_ALLOW_INSECURE_HOSTS says so", async () => {
  const words = ["token", "--email", email, "--issuer", "http://web.invalid:3000"];
  const environment = { USHER_PASSWORD: password, USHER_ALLOW_INSECURE_HOSTS: "web.invalid" };
  expect((await usher(words, { environment })).errors).toMatch(
    /cannot be reached: .*(?:ENOTFOUND|EAI_AGAIN)/,
  );
});

test.each([
  [["--email", "ada"], /--email must be an e-mail address/],
  [["--email", "a@b.c", "--base-path", "https://x/"], /--base-path must be a path/],
  [["--email", "a@b.c", "--base-path", "/a/../b"], /--base-path must be a path/],
  [[], /email/i],
])("rejects the flags %j", async (words, message) => {
  const { exitCode, errors } = await usher(["token", "--issuer", "http://localhost:1", ...words], {
    environment: { USHER_PASSWORD: password },
  });
  expect(exitCode).toBe(2);
  expect(errors).toMatch(message);
});
