import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { AuthError, createVerifier, sharedSecret } from "@usher-auth/verify";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { jwt } from "better-auth/plugins/jwt";
import { expect, test } from "vitest";
import { secret } from "../web.ts";

// Better Auth issues several values that look like an API token, most of them signed with the same secret.
// Those here come from a real instance. The verifier must reject each of them.

const baseURL = "https://app.example.com";
const audience = "https://api.example.com";
const verifier = createVerifier({ keys: sharedSecret(secret), issuer: baseURL, audience });

/** Signs up with a real Better Auth and returns the values it issued. */
async function signUp(options: Partial<BetterAuthOptions> = {}) {
  const auth = betterAuth({
    baseURL,
    secret,
    database: new DatabaseSync(":memory:"),
    emailAndPassword: { enabled: true },
    telemetry: { enabled: false },
    plugins: [usherJwt({ audience })],
    ...options,
  });
  await (await getMigrations(auth.options)).runMigrations();
  const call = (path: string, init: RequestInit = {}) =>
    auth.handler(
      new Request(`${baseURL}/api/auth${path}`, { ...init, headers: { ...headers, ...init.headers } }),
    );

  const headers = { origin: baseURL, "content-type": "application/json" };
  const body = JSON.stringify({ email: "ada@example.com", name: "Ada", password: "correct horse battery" });
  const response = await call("/sign-up/email", { method: "POST", body });
  expect(response.status).toBe(200);
  const cookies = new Map(
    response.headers.getSetCookie().map((line): [string, string] => {
      const [name = "", value = ""] = line.split(";", 1).join().split(/=(.*)/s, 2);
      return [name.replace(/^__Secure-better-auth\./, ""), value];
    }),
  );
  const { token } = (await response.json()) as { token: string };
  const cookie = response.headers
    .getSetCookie()
    .map((line) => line.split(";", 1)[0])
    .join("; ");
  return { sessionToken: token, cookies, get: (path: string) => call(path, { headers: { cookie } }) };
}

function refusal(token: string | undefined): string {
  if (!token) throw new Error("Better Auth issued no such value");
  try {
    verifier.verifySync(token);
  } catch (error) {
    if (error instanceof AuthError) return error.code;
    throw error;
  }
  return "accepted";
}

function header(token: string | undefined): unknown {
  return JSON.parse(Buffer.from(token?.split(".")[0] ?? "", "base64url").toString());
}

const cookieCache = (strategy: "compact" | "jwt" | "jwe") => ({
  session: { cookieCache: { enabled: true, strategy } },
});

test("accepts the API token itself", async () => {
  const { get } = await signUp();
  expect(refusal(((await (await get("/token")).json()) as { token: string }).token)).toBe("accepted");
});

test("rejects the raw session token", async () => {
  const { sessionToken } = await signUp();
  expect(sessionToken).toMatch(/^[A-Za-z0-9]{32}$/);
  expect(refusal(sessionToken)).toBe("token_unsupported");
});

test("rejects the signed session cookie, encoded and decoded", async () => {
  const { cookies } = await signUp();
  const cookie = cookies.get("session_token") ?? "";
  expect(decodeURIComponent(cookie).split(".")).toHaveLength(2);
  expect(refusal(cookie)).toBe("token_unsupported");
  expect(refusal(decodeURIComponent(cookie))).toBe("token_unsupported");
});

test("rejects the session cookie cache as a JWT: HS256 with the same secret", async () => {
  const { cookies } = await signUp(cookieCache("jwt"));
  const cookie = cookies.get("session_data");
  expect(header(cookie)).toEqual({ alg: "HS256" });
  expect(refusal(cookie)).toBe("claims_invalid");
});

test("rejects the encrypted session cookie cache", async () => {
  const { cookies } = await signUp(cookieCache("jwe"));
  const cookie = cookies.get("session_data");
  expect(cookie?.split(".")).toHaveLength(5);
  expect(refusal(cookie)).toBe("token_unsupported");
});

test("rejects the session cookie cache in its compact form", async () => {
  const { cookies } = await signUp(cookieCache("compact"));
  expect(refusal(cookies.get("session_data"))).toBe("token_unsupported");
});

test("rejects the session cookie cache signed by jwt()'s own key, which has a sub", async () => {
  const { cookies } = await signUp({
    ...cookieCache("jwt"),
    plugins: [jwt({ sessionCookieCache: true })],
  });
  const cookie = cookies.get("session_data");
  expect(header(cookie)).toMatchObject({ alg: "EdDSA", typ: "better-auth.session-cache+jwt" });
  expect(refusal(cookie)).toBe("token_unsupported");
});

test("rejects a token of jwt() by default: EdDSA", async () => {
  const { get } = await signUp({ plugins: [jwt()] });
  expect(refusal(((await (await get("/token")).json()) as { token: string }).token)).toBe(
    "algorithm_rejected",
  );
});

test("rejects the token of an e-mail verification link: HS256 with the same secret", async () => {
  const sent: string[] = [];
  await signUp({
    emailVerification: {
      sendOnSignUp: true,
      sendVerificationEmail: async ({ token }) => {
        sent.push(token);
      },
    },
  });
  expect(header(sent[0])).toEqual({ alg: "HS256" });
  expect(refusal(sent[0])).toBe("claims_invalid");
});
