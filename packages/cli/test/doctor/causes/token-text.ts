import { createTestIssuer } from "@usher-auth/testing";
import type { BetterAuthOptions } from "better-auth";
import { jwt } from "better-auth/plugins/jwt";
import { newSecret, type SignedIn, signIn } from "../../support/better-auth.ts";
import { type Row, type Situation, settingsFor } from "./row.ts";

/** A valid token that is changed before it is sent. */
async function sending(change: (token: string) => string): Promise<Situation> {
  const person = await signIn();
  const token = await person.token();
  return { input: change(token), environment: settingsFor(person), hidden: [token, person.secret] };
}

/** Something else that Better Auth issues. */
async function sendingOther(
  pick: (person: SignedIn) => string,
  options: Partial<BetterAuthOptions> = {},
  apiSecret?: string,
): Promise<Situation> {
  const person = await signIn({ options: () => options });
  const input = pick(person);
  const environment = {
    ...settingsFor(person),
    ...(apiSecret !== undefined && { BETTER_AUTH_SECRET: apiSecret }),
  };
  const given = decodeURIComponent(input.replace(/^better-auth\.session_token=|; .*$/g, ""));
  return { input, environment, hidden: [given, person.secret, apiSecret ?? person.secret] };
}

const cookieCache = (strategy: "compact" | "jwt" | "jwe") => ({
  session: { cookieCache: { enabled: true, strategy } },
});

const getToken = /authClient\.token\(\)/;

/** Texts that are sent by mistake. */
export const tokenTextRows: readonly Row[] = [
  {
    when: "nothing is sent",
    first: "token_missing",
    says: /empty/,
    fix: getToken,
    arrange: () => sending(() => ""),
  },
  ...["undefined", "null", "[object Object]", "[object Promise]"].map(
    (word): Row => ({
      when: `${word} is sent`,
      first: "token_literal",
      says: /the frontend had no token/,
      fix: getToken,
      // As JavaScript writes it into a header.
      arrange: () => sending(() => `Authorization: Bearer ${word}`),
    }),
  ),
  {
    when: "the Bearer prefix is missing",
    first: "bearer_missing",
    says: /does not start with Bearer/,
    fix: /"Bearer " \+ token/,
    arrange: () => sending((token) => `Authorization: ${token}`),
  },
  {
    when: "another scheme precedes the token",
    first: "bearer_missing",
    says: /does not start with Bearer/,
    fix: /"Bearer " \+ token/,
    arrange: () => sending((token) => `authorization: Token ${token}`),
  },
  {
    when: "the Bearer prefix is there twice",
    first: "bearer_doubled",
    says: /twice/,
    fix: /replace/,
    arrange: () => sending((token) => `Authorization: Bearer Bearer ${token}`),
  },
  {
    when: "the token is in quotes, as JSON.stringify writes it",
    first: "token_quoted",
    says: /quotes/,
    fix: /JSON\.parse/,
    arrange: () => sending((token) => JSON.stringify(token)),
  },
  {
    when: "newlines surround the token",
    first: "token_whitespace",
    says: /newline/,
    fix: /trim\(\)/,
    arrange: () => sending((token) => `\n${token}\n\n`),
  },
  {
    when: "an escaped newline follows the token",
    first: "token_whitespace",
    says: /newline/,
    fix: /trim\(\)/,
    arrange: () => sending((token) => `${token}\\n`),
  },
  {
    when: "the whole JSON response of /token is sent",
    first: "token_is_json",
    says: /JSON/,
    fix: /const \{ token \}/,
    arrange: () => sending((token) => JSON.stringify({ token })),
  },
  {
    when: "the token is cut off",
    first: "token_truncated",
    says: /incomplete/,
    fix: /cuts it off/,
    arrange: () => sending((token) => token.slice(0, 255)),
  },
  {
    when: "a text of unknown origin is sent",
    first: "token_malformed",
    says: /neither a JWT/,
    fix: getToken,
    arrange: () => sending(() => "hello-there-general"),
  },
  {
    when: "the raw session token is sent",
    first: "session_token",
    says: /session token/,
    fix: getToken,
    arrange: () => sendingOther(({ sessionToken }) => sessionToken),
  },
  {
    when: "the signed session cookie is sent, and both sides have the same secret",
    first: "session_cookie",
    says: /issuer and API share the secret/,
    fix: getToken,
    arrange: () => sendingOther(({ cookie }) => cookie("session_token")),
  },
  {
    when: "the signed session cookie is sent with its name, and the secrets differ",
    first: "session_cookie",
    says: /do not contain Better Auth's secret/,
    fix: getToken,
    arrange: () =>
      sendingOther(
        ({ cookie }) => `better-auth.session_token=${cookie("session_token")}; Path=/`,
        {},
        newSecret(),
      ),
  },
  {
    when: "the compact cookie cache is sent",
    first: "cookie_cache_compact",
    says: /compact/,
    fix: getToken,
    arrange: () => sendingOther(({ cookie }) => cookie("session_data"), cookieCache("compact")),
  },
  {
    when: "the cookie cache is sent as a JWT",
    first: "cookie_cache_jwt",
    says: /issuer and API share the secret/,
    fix: getToken,
    arrange: () => sendingOther(({ cookie }) => cookie("session_data"), cookieCache("jwt")),
  },
  {
    when: "the cookie cache, signed with the key pair, is sent",
    first: "cookie_cache_jwks",
    says: /key pair/,
    fix: getToken,
    arrange: () =>
      sendingOther(({ cookie }) => cookie("session_data"), {
        ...cookieCache("jwt"),
        plugins: [jwt({ sessionCookieCache: true })],
      }),
  },
  {
    when: "the encrypted cookie cache is sent",
    first: "cookie_cache_jwe",
    says: /JWE/,
    fix: getToken,
    arrange: () => sendingOther(({ cookie }) => cookie("session_data"), cookieCache("jwe")),
  },
  {
    when: "the token of an e-mail verification link is sent",
    first: "email_verification_token",
    says: /verification link/,
    fix: getToken,
    arrange: async () => {
      const sent: string[] = [];
      return await sendingOther(() => sent[0] ?? "", {
        emailVerification: {
          sendOnSignUp: true,
          sendVerificationEmail: async ({ token }) => {
            sent.push(token);
          },
        },
      });
    },
  },
  {
    when: "Google's ID token is sent",
    first: "id_token",
    says: /accounts\.google\.com/,
    fix: /signIn\.social/,
    arrange: async () => {
      const person = await signIn();
      const google = createTestIssuer({ algorithm: "RS256", issuer: "https://accounts.google.com" });
      const input = google.tokenFor("1183", {
        claims: { aud: "1.apps.googleusercontent.com", azp: "1", sid: undefined },
      });
      return { input, environment: settingsFor(person), hidden: [input, person.secret] };
    },
  },
  {
    when: "another provider's ID token is sent",
    first: "id_token",
    says: /login\.example\.org/,
    fix: /signIn\.social/,
    arrange: async () => {
      const person = await signIn();
      const provider = createTestIssuer({ algorithm: "ES256", issuer: "https://login.example.org" });
      const input = provider.tokenFor("77", { claims: { nonce: "n-0S6_WzA2Mj" } });
      return { input, environment: settingsFor(person), hidden: [input, person.secret] };
    },
  },
];
