import { usherJwt } from "@usher-auth/issuer";
import { APIError, createAuthMiddleware } from "better-auth/api";
import { captcha, jwt } from "better-auth/plugins";
import { expect, test, vi } from "vitest";
import { audience } from "../../support/better-auth.ts";
import type { Run } from "../../support/command.ts";
import { type Issuer, type IssuerSetup, startIssuer } from "../../support/issuer.ts";
import { closedUrl, startServer } from "../../support/server.ts";
import { reportOf, runAudit } from "../support/run-audit.ts";
import { tokens } from "../support/test-users.ts";
import { startApi } from "./support.ts";

/** Runs `usher-auth audit --test-users --json`. */
async function audit(
  issuer: Issuer,
  { api, words = [], environment = {} }: { api?: string; words?: string[]; environment?: object } = {},
): Promise<Run> {
  const flags = ["--test-users", "--issuer", issuer.url, "--json", ...words];
  return runAudit([api ?? (await startApi(issuer)), ...flags], { ...environment });
}

/** The addresses that standard error names before anything is created. */
function addressesIn({ errors }: Run): string[] {
  const line = /^test users at .*: (.*)$/m.exec(errors)?.[1] ?? "";
  return line.split(", ").sort();
}

/** The addresses that are said to remain. */
function leftIn(text: string): string[] {
  return [...text.matchAll(/(?:Not|Perhaps not) deleted at [^ ]+: ([^ ]+(?:, [^ ]+)*)\. /g)]
    .flatMap(([, list = ""]) => list.split(", "))
    .sort();
}

test("audits with two users who exist only meanwhile", async () => {
  const issuer = await startIssuer();
  const meanwhile = new Set<string>();
  const api = await startApi(issuer, {
    onRequest() {
      for (const email of issuer.emails()) meanwhile.add(email);
    },
  });
  const run = await audit(issuer, { api });
  expect(run.exitCode).toBe(0);
  expect([...meanwhile].sort()).toEqual(addressesIn(run));
  expect(meanwhile.size).toBe(2);
  for (const email of meanwhile) expect(email).toMatch(/^usher-audit-[0-9a-f]{16}@example\.com$/);
  expect(issuer.emails()).toEqual([]);
  expect(run.errors).toMatch(/test users deleted\n$/);
  expect(leftIn(run.errors)).toEqual([]);
});

test("finds what two users are for: another user's data", async () => {
  const issuer = await startIssuer();
  const url = await startServer(() => (request, response) => {
    const parameters = [{ name: "userId", in: "path", required: true }];
    const paths = { "/users/{userId}/notes": { get: { parameters } } };
    if (request.url === "/openapi.json") return response.end(JSON.stringify({ openapi: "3.1.0", paths }));
    const isSignedIn = request.headers.authorization?.split(".").length === 3;
    response.writeHead(isSignedIn ? 200 : 401, { "content-type": "application/json" });
    return response.end(JSON.stringify([`notes of ${request.url}`]));
  });
  const run = await audit(issuer, { api: `${url}/openapi.json` });
  expect(run.exitCode).toBe(1);
  const failed = reportOf(run).operations[0]?.checks.filter(({ verdict }) => verdict === "failed");
  expect(failed?.map(({ check }) => check)).toContain("other_owner");
  expect(issuer.emails()).toEqual([]);
});

test("tries a token of a session that has ended, where the API has an endpoint for logout tokens", async () => {
  const issuer = await startIssuer();
  const sessionExists = (id: string) =>
    issuer.database.prepare("select id from session where id = ?").get(id) !== undefined;
  const ended = new Map<string, number>();
  const slow = await startApi(issuer, {
    hasEnded(id) {
      if (!sessionExists(id) && !ended.has(id)) ended.set(id, performance.now());
      // Logout tokens take their time.
      return performance.now() - (ended.get(id) ?? Number.POSITIVE_INFINITY) > 600;
    },
  });
  const revoked = (run: Run) =>
    reportOf(run).operations[0]?.checks.find(({ check }) => check === "revoked_token")?.verdict;
  const [hears, deaf, without] = [
    await audit(issuer, { api: slow }),
    await audit(issuer, { api: await startApi(issuer, { hasEnded: () => false }) }),
    await audit(issuer, { api: await startApi(issuer) }),
  ];
  expect([hears, deaf, without].map(revoked)).toEqual(["passed", "failed", "inapplicable"]);
  expect([hears, deaf, without].map(({ exitCode }) => exitCode)).toEqual([0, 1, 0]);
  expect(issuer.emails()).toEqual([]);
}, 30_000);

/** Lets Better Auth sign the user up, and then answers with an error. */
function failingAfterSignUp(status: "FORBIDDEN" | "INTERNAL_SERVER_ERROR"): IssuerSetup {
  return {
    options: () => ({
      hooks: {
        after: createAuthMiddleware(async ({ path }) => {
          if (path === "/sign-up/email") throw new APIError(status, { message: "no" });
        }),
      },
    }),
  };
}

test("deletes users that are signed up without a session", async () => {
  const issuer = await startIssuer({ emailAndPassword: { autoSignIn: false } });
  expect((await audit(issuer)).exitCode).toBe(0);
  expect(issuer.emails()).toEqual([]);
});

// No account is left behind, and none is said to be.
const withoutUsers: readonly (readonly [string, IssuerSetup, RegExp])[] = [
  ["does not allow sign-ups", { emailAndPassword: { disableSignUp: true } }, /does not allow sign-ups/],
  [
    "requires a captcha",
    { options: () => ({ plugins: [captcha({ provider: "cloudflare-turnstile", secretKey: "secret" })] }) },
    /requires a captcha/,
  ],
  ["has no plugin that issues tokens", { options: () => ({ plugins: [] }) }, /\/token answers 404/],
  ["rejects after a sign-up", failingAfterSignUp("FORBIDDEN"), /does not accept the sign-up \(403, "no"\)/],
  ["fails after a sign-up", failingAfterSignUp("INTERNAL_SERVER_ERROR"), /\(500, "no"\)\. Its log says why/],
];

test.each(withoutUsers)("leaves nobody at an issuer that %s", async (_name, setup, message) => {
  const issuer = await startIssuer(setup);
  const run = await audit(issuer);
  expect([run.exitCode, run.output]).toEqual([2, ""]);
  expect(run.errors).toMatch(message);
  expect(leftIn(run.errors)).toEqual([]);
  expect(issuer.emails()).toEqual([]);
});

test("leaves nobody if the answer to a sign-up or a deletion is lost", async () => {
  for (const path of ["/api/auth/sign-up/email", "/api/auth/delete-user"]) {
    const issuer = await startIssuer({
      intercept(request, response) {
        if (request.url !== path) return false;
        // Better Auth works, and its answer goes nowhere.
        vi.spyOn(response, "end").mockImplementation(() => response.destroy());
        return false;
      },
    });
    const run = await audit(issuer);
    expect(run.exitCode).toBe(path.includes("sign-up") ? 2 : 0);
    expect(leftIn(run.errors)).toEqual([]);
    expect(issuer.emails()).toEqual([]);
  }
});

// The audit itself is complete: the exit code is its own.
const undeleted: readonly (readonly [string, IssuerSetup, RegExp])[] = [
  [
    "lets no user delete their account",
    { options: () => ({ user: { deleteUser: { enabled: false } } }) },
    /user: \{ deleteUser: \{ enabled: true \} \}/,
  ],
  [
    "asks for a confirmation by e-mail",
    {
      options: () => ({
        user: { deleteUser: { enabled: true, sendDeleteAccountVerification: async () => {} } },
      }),
    },
    /sendDeleteAccountVerification/,
  ],
  [
    "rejects the deletion",
    {
      options: () => ({
        user: {
          deleteUser: {
            enabled: true,
            beforeDelete: async () => {
              throw new APIError("BAD_REQUEST", { message: "ask support" });
            },
          },
        },
      }),
    },
    /does not delete the account \(400, "ask support"\)/,
  ],
];

test.each(undeleted)("names the users that remain at an issuer that %s", async (_name, setup, message) => {
  const issuer = await startIssuer(setup);
  const run = await audit(issuer);
  expect(run.exitCode).toBe(0);
  expect(run.errors).toMatch(message);
  expect(issuer.emails()).toEqual(addressesIn(run));
  expect(leftIn(run.errors)).toEqual(addressesIn(run));
  expect(leftIn(reportOf(run).notes.join("\n"))).toEqual(addressesIn(run));
  expect(run.errors).not.toContain("test users deleted");
  // Nobody knows their passwords, so nobody needs their sessions.
  expect(issuer.database.prepare("select * from session").all()).toEqual([]);
});

test("names the one user that remains if addresses must be verified", async () => {
  const issuer = await startIssuer({
    emailAndPassword: { requireEmailVerification: true },
    options: () => ({ emailVerification: { sendVerificationEmail: async () => {} } }),
  });
  const run = await audit(issuer);
  expect(run.exitCode).toBe(2);
  expect(issuer.emails()).toHaveLength(1);
  expect(leftIn(run.errors)).toEqual(issuer.emails());
  expect(run.errors).toMatch(/requireEmailVerification\), so that nobody can sign in to delete it/);
});

test("names the one user that remains if a sign-in needs more than a sign-up", async () => {
  const provider = "cloudflare-turnstile" as const;
  const endpoints = ["/sign-in/email"];
  const issuer = await startIssuer({
    emailAndPassword: { autoSignIn: false },
    options: () => ({ plugins: [captcha({ provider, secretKey: "secret", endpoints })] }),
  });
  const run = await audit(issuer);
  expect(run.errors).toMatch(/requires a captcha/);
  expect(issuer.emails()).toHaveLength(1);
  expect(leftIn(run.errors)).toEqual(issuer.emails());
});

test("deletes the users if the audit cannot run", async () => {
  const issuer = await startIssuer();
  const other = await startIssuer();
  for (const [words, api, message] of [
    [[], await startApi(other), /is rejected by every operation with 401/],
    [["--owner-param", "userId=org"], await startApi(issuer), /no id in the claim `org`/],
    [["--junit", "/nowhere/a.xml"], await startApi(issuer), /Cannot write/],
  ] as const) {
    const run = await audit(issuer, { api, words: [...words] });
    expect([run.exitCode, run.output]).toEqual([2, ""]);
    expect(run.errors).toMatch(message);
    expect(issuer.emails()).toEqual([]);
  }
});

test("creates nobody if the document cannot be read", async () => {
  const issuer = await startIssuer();
  expect((await audit(issuer, { api: `${await closedUrl()}/openapi.json` })).exitCode).toBe(2);
  expect(issuer.requests).toEqual([]);
});

test("deletes the users although their sessions ended during the audit", async () => {
  const issuer = await startIssuer();
  const api = await startApi(issuer, { onRequest: () => issuer.database.exec("delete from session") });
  const run = await audit(issuer, { api });
  expect(run.exitCode).toBe(0);
  expect(run.errors).toMatch(/test users deleted\n$/);
  expect(issuer.emails()).toEqual([]);
});

test("does not mind that the API deleted the users", async () => {
  const issuer = await startIssuer();
  const api = await startApi(issuer, {
    onRequest: () => issuer.database.exec('delete from session; delete from "user"'),
  });
  const run = await audit(issuer, { api });
  expect(leftIn(run.errors)).toEqual([]);
  expect(run.errors).toMatch(/test users deleted\n$/);
});

test("names both users if the issuer goes down during the audit", async () => {
  let isDown = false;
  const issuer = await startIssuer({
    intercept(request) {
      if (isDown) request.destroy();
      return isDown;
    },
  });
  const api = await startApi(issuer, {
    onRequest() {
      isDown = true;
    },
  });
  const run = await audit(issuer, { api });
  expect(run.exitCode).toBe(0);
  expect(leftIn(run.errors)).toEqual(addressesIn(run));
  expect(issuer.emails()).toEqual(addressesIn(run));
});

test("waits where the issuer limits requests", async () => {
  const issuer = await startIssuer({
    options: () => ({
      rateLimit: { enabled: true, customRules: { "/sign-up/email": { window: 1, max: 1 } } },
    }),
  });
  const run = await audit(issuer);
  expect(run.errors).toMatch(/limits requests: waiting 1 s/);
  expect(run.exitCode).toBe(0);
  expect(issuer.emails()).toEqual([]);
});

test("works with Better Auth's jwt(), whose tokens the API may reject", async () => {
  const issuer = await startIssuer({ options: () => ({ plugins: [jwt()] }) });
  const run = await audit(issuer);
  expect(run.errors).toMatch(/is rejected by every operation with 401/);
  expect(issuer.emails()).toEqual([]);
});

test("uses the test users whatever tokens the environment has", async () => {
  const issuer = await startIssuer({ options: () => ({ plugins: [usherJwt({ audience })] }) });
  expect((await audit(issuer, { environment: { ...tokens, USHER_EXPIRED_TOKEN: "" } })).exitCode).toBe(0);
});

test.each<[string[], RegExp]>([
  [["--test-users", "--token-a", "a.txt"], /--token-a and --test-users exclude each other/],
  [["--test-users", "--token-c", "c.txt"], /--token-c and --test-users exclude each other/],
  [["--issuer", "http://localhost:3000"], /--issuer needs --test-users/],
  [["--env", ".env"], /--env needs --test-users/],
  [["--test-users"], /no BETTER_AUTH_URL in the environment/],
  [["--test-users", "--issuer", "http://app.example.com"], /must be https, or http on this machine/],
  [
    ["--test-users", "--issuer", "https://app.example.com"],
    /app\.example\.com is not this machine\. .*--i-own-this/,
  ],
])("rejects %j", async (words, message) => {
  const { exitCode, errors } = await runAudit([`${await closedUrl()}/openapi.json`, ...words]);
  expect(exitCode).toBe(2);
  expect(errors).toMatch(message);
});
