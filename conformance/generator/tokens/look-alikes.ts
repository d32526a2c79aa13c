import { secrets } from "../keys.ts";
import { issuedAt, segment, tokenOf } from "../token.ts";
import type { TokenCase } from "./case.ts";

const letters = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0fG";
const mac = "q83vASNFZ4mrze8BI0VniavN7wEjRWeJq83vASNFZ4k=";
const valid = tokenOf();

/** Other texts of Better Auth that clients send by mistake. */
const unsupported: Readonly<Record<string, string>> = {
  "a session token": letters,
  "a signed cookie": `${letters}.${mac}`,
  "a signed cookie, percent-encoded": `${letters}.${encodeURIComponent(mac)}`,
  "a compact cookie cache": segment('{"session":{"session":{"id":"1"}}}'),
  "an encrypted token (JWE)": `${segment('{"alg":"dir","enc":"A256CBC-HS512"}')}..AxY8DCtDaGls.KDlTtXchhZTG.Mz-VPPyU4Rl`,
  "five empty segments": "....",
};

const malformed: Readonly<Record<string, string>> = {
  "a session token with a line feed": `${letters}\n`,
  "31 letters and digits": letters.slice(1),
  "33 letters and digits": `${letters}a`,
  "32 characters, one of which no session token has": `${letters.slice(1)}-`,
  "a signed cookie whose MAC is too short": `${letters}.q83vASNFZ4k=`,
  "five segments with a character that no JWE has": `a.b.c.d.${"\u00e9"}`,
  "six segments": "a.b.c.d.e.f",
  "a user id": "alice",
};

/** JWTs that the same secret signs for other purposes. */
const otherTokens: readonly TokenCase[] = [
  {
    name: "an e-mail verification token",
    token: tokenOf({
      header: { typ: undefined },
      rawPayload: JSON.stringify({ email: "alice@example.com", iat: issuedAt, exp: issuedAt + 3600 }),
    }),
    expect: "claims_invalid",
  },
  {
    name: "a cookie cache with strategy jwt",
    token: tokenOf({
      header: { typ: undefined },
      rawPayload: JSON.stringify({
        session: { userId: "alice" },
        user: { id: "alice" },
        iat: issuedAt,
        exp: issuedAt + 300,
      }),
    }),
    expect: "claims_invalid",
  },
  {
    name: "a session cookie cache of the jwt plugin",
    token: tokenOf({
      header: { typ: "better-auth.session-cache+jwt" },
      claims: { aud: "better-auth:session-cache" },
    }),
    expect: "token_unsupported",
  },
  {
    name: "the audience of the cookie cache without its typ",
    token: tokenOf({ claims: { aud: "better-auth:session-cache" } }),
    expect: "audience_rejected",
  },
  {
    name: "a logout token",
    token: tokenOf({ header: { typ: "logout+jwt" } }),
    expect: "token_unsupported",
  },
  {
    name: "a token of the previous secret, whose version is not listed",
    token: tokenOf({ key: { secret: secrets.previous } }),
    expect: "signature_invalid",
  },
];

const tooLong = (length: number) => `${valid}${"A".repeat(length - valid.length)}`;

/** A valid token of exactly this length. */
function tokenOfLength(length: number): string {
  for (let pad = 1; pad <= length; pad++) {
    const token = tokenOf({ claims: { pad: "x".repeat(pad) } });
    if (token.length === length) return token;
    // Some lengths no base64url has, and a longer header makes up for it.
    const other = tokenOf({ header: { kid: "k" }, claims: { pad: "x".repeat(pad) } });
    if (other.length === length) return other;
  }
  throw new Error(`no token has ${length} characters`);
}

export const lookAlikeCases: readonly TokenCase[] = [
  ...Object.entries(unsupported).map(([name, token]) => ({
    name,
    token,
    expect: "token_unsupported" as const,
  })),
  ...Object.entries(malformed).map(([name, token]) => ({ name, token, expect: "token_malformed" as const })),
  ...otherTokens,
];

export const lengthCases: readonly TokenCase[] = [
  {
    name: "512 characters where 512 are allowed",
    settings: "maxTokenLength 512",
    token: tokenOfLength(512),
    expect: "accepted",
  },
  {
    name: "513 characters where 512 are allowed",
    settings: "maxTokenLength 512",
    token: tokenOfLength(513),
    expect: "token_too_large",
  },
  { name: "8192 characters, by default", token: tokenOfLength(8192), expect: "accepted" },
  { name: "8193 characters, by default", token: tokenOfLength(8193), expect: "token_too_large" },
  {
    name: "too long, and malformed as well",
    settings: "maxTokenLength 512",
    token: `${tooLong(600)}\n`,
    expect: "token_too_large",
  },
];
