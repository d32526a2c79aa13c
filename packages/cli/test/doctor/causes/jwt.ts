import { usherJwt } from "@usher-auth/issuer";
import { createTestIssuer } from "@usher-auth/testing";
import { jwt } from "better-auth/plugins/jwt";
import {
  audience,
  type IssuerSettings,
  type SignedIn,
  signIn,
  withClockMoved,
} from "../../support/better-auth.ts";
import { keyPairSettingsFor, type Row, type Situation, settingsFor } from "./row.ts";

/** A valid token, and an API whose settings differ from the issuer's. */
async function at(
  change: (right: Record<string, string>, person: SignedIn) => Record<string, string>,
): Promise<Situation> {
  const person = await signIn();
  const input = await person.token();
  const right = settingsFor(person);
  return { input, environment: { ...right, ...change(right, person) }, hidden: [input, person.secret] };
}

/** A token from another plugin than usherJwt(), and an API that verifies with public keys. */
async function byKeyPair(
  plugin: (baseURL: string) => ReturnType<typeof jwt>,
  settings: IssuerSettings = {},
): Promise<Situation> {
  const person = await signIn({ ...settings, options: (baseURL) => ({ plugins: [plugin(baseURL)] }) });
  const input = await person.token();
  return { input, environment: keyPairSettingsFor(person), hidden: [input, person.secret] };
}

const usherKeyPair: IssuerSettings = {
  options: () => ({ plugins: [usherJwt({ audience, algorithm: "EdDSA" })] }),
};

/** Algorithms, keys and claims. */
export const jwtRows: readonly Row[] = [
  {
    when: "Better Auth's jwt() signs with EdDSA, whatever its option algorithm says, and the API verifies with a secret",
    first: "algorithm_public_key",
    says: /ignores jwt\(\{ algorithm: "HS256" \}\)/,
    fix: /^USHER_JWKS_URL=http:\/\/localhost:\d+\/api\/auth\/jwks/,
    arrange: async () => {
      const options = { algorithm: "HS256" } as Parameters<typeof jwt>[0];
      const person = await signIn({ options: () => ({ plugins: [jwt(options)] }) });
      const input = await person.token();
      return { input, environment: settingsFor(person), hidden: [input, person.secret] };
    },
  },
  {
    when: "the issuer signs with the secret, and the API verifies with a JWKS",
    first: "algorithm_secret",
    says: /only tokens signed with a key pair/,
    fix: /^USHER_KEYS=secret/,
    arrange: () => at((_, person) => keyPairSettingsFor(person)),
  },
  {
    when: "the token is not signed",
    first: "algorithm_none",
    says: /is not signed/,
    fix: /\/api\/auth\/token/,
    arrange: async () => {
      const { input = "", ...rest } = await at((right) => right);
      const header = Buffer.from('{"alg":"none"}').toString("base64url");
      return { ...rest, input: `${header}.${input.split(".")[1]}.` };
    },
  },
  {
    when: "the token has another HMAC algorithm",
    first: "algorithm_other",
    says: /HS512/,
    fix: /usherJwt/,
    arrange: async () => {
      const person = await signIn();
      const { issuer, secret } = person;
      const input = createTestIssuer({ secret, issuer, audience, algorithm: "HS512" }).tokenFor(
        person.userId,
      );
      return { input, environment: settingsFor(person), hidden: [input, secret] };
    },
  },
  {
    when: "the key pair was replaced after the token was issued",
    first: "key_unknown",
    says: /fetched just now/,
    fix: /authClient\.token\(\)/,
    arrange: async () => {
      const former = await signIn(usherKeyPair);
      const now = await signIn(usherKeyPair);
      const input = await former.token();
      await now.token();
      return { input, environment: keyPairSettingsFor(now), hidden: [input, former.secret, now.secret] };
    },
  },
  {
    when: "the token was changed",
    first: "signature_invalid",
    says: /was changed/,
    fix: /exactly as the issuer returned it/,
    arrange: async () => {
      const person = await signIn(usherKeyPair);
      const [header, , signature] = (await person.token()).split(".");
      const claims = { sub: "another-user", iss: person.issuer, aud: audience, exp: 4_000_000_000 };
      const input = [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
      return { input, environment: keyPairSettingsFor(person), hidden: [input, person.secret] };
    },
  },
  {
    when: "USHER_JWKS_URL does not exist",
    first: "jwks_unavailable",
    says: /404/,
    fix: /curl -i http/,
    arrange: async () => {
      const person = await signIn(usherKeyPair);
      const input = await person.token();
      const environment = { ...keyPairSettingsFor(person), USHER_JWKS_URL: `${person.issuer}/api/auth/keys` };
      return { input, environment, hidden: [input, person.secret] };
    },
  },
  {
    when: "the token has another type (typ)",
    first: "token_type",
    says: /logout\+jwt/,
    fix: /authClient\.token\(\)/,
    arrange: async () => {
      const person = await signIn();
      const { issuer, secret } = person;
      const input = createTestIssuer({ secret, issuer, audience }).tokenFor(person.userId, {
        header: { typ: "logout+jwt" },
      });
      return { input, environment: settingsFor(person), hidden: [input, secret] };
    },
  },
  ...(
    [
      ["has https instead of http", (url: string) => url.replace("http:", "https:"), /http instead of https/],
      [
        "has 127.0.0.1 instead of localhost",
        (url: string) => url.replace("localhost", "127.0.0.1"),
        /localhost instead of 127\.0\.0\.1: another name of this machine/,
      ],
      ["has another port", (url: string) => url.replace(/\d+$/, "3000"), /port \d+ instead of 3000/],
      ["has another host", () => "https://app.example.com", /another machine/],
    ] as const
  ).map(
    ([what, change, says]): Row => ({
      when: `BETTER_AUTH_URL at the API ${what}`,
      first: "issuer_differs",
      says,
      fix: /^BETTER_AUTH_URL=http:\/\/localhost:\d+ /,
      arrange: () => at((_, { issuer }) => ({ BETTER_AUTH_URL: change(issuer) })),
    }),
  ),
  ...(
    [
      ["a trailing slash", "/", /only the trailing slash differs/],
      ["/api/auth at the end", "/api/auth", /ends with \/api\/auth/],
    ] as const
  ).map(
    ([what, end, says]): Row => ({
      when: `usherJwt() sets another issuer, with ${what}`,
      first: "issuer_differs",
      says,
      fix: /createVerifier\(\{ issuer: "http:\/\/localhost:\d+\//,
      arrange: async () => {
        const options = (issuer: string) => ({
          plugins: [usherJwt({ audience, issuer: `${issuer}${end}` })],
        });
        const person = await signIn({ options });
        return { input: await person.token(), environment: settingsFor(person), hidden: [person.secret] };
      },
    }),
  ),
  {
    when: "API_URL at the API has a trailing slash",
    first: "audience_differs",
    says: /only the trailing slash differs/,
    fix: /usherJwt\(\{ audience: "https:\/\/api\.example\.com\/" \}\)/,
    arrange: () => at(() => ({ API_URL: `${audience}/` })),
  },
  {
    when: "jwt() sets no audience",
    first: "audience_default",
    says: /the same as iss/,
    fix: /jwt\(\{ jwt: \{ audience: "https:\/\/api\.example\.com" \} \}\)/,
    arrange: () => byKeyPair(() => jwt()),
  },
  {
    when: "the token has expired",
    first: "token_expired",
    says: /expired 55 minutes ago/,
    fix: /authClient\.token\(\)/,
    arrange: async () => {
      const person = await signIn();
      const input = await withClockMoved(-3600, () => person.token());
      return { input, environment: settingsFor(person), hidden: [input, person.secret] };
    },
  },
  {
    when: "expirationTime is a number",
    first: "expiration_absolute",
    says: /seconds since 1970/,
    fix: /expirationTime: "3600s"/,
    arrange: () => byKeyPair((issuer) => jwt({ jwt: { issuer, audience, expirationTime: 3600 } })),
  },
  {
    when: "the token has no sub",
    first: "subject_missing",
    says: /does not name a user/,
    fix: /sub: user\.id/,
    arrange: async () => {
      const person = await signIn({
        options: (issuer) => ({ plugins: [jwt({ jwt: { issuer, audience } })] }),
      });
      const input = await person.sign({ user: person.userId });
      return { input, environment: keyPairSettingsFor(person), hidden: [input, person.secret] };
    },
  },
  {
    when: "the token has no exp",
    first: "claim_missing",
    says: /exp/,
    fix: /usherJwt/,
    arrange: async () => {
      const person = await signIn();
      const { issuer, secret } = person;
      const input = createTestIssuer({ secret, issuer, audience }).tokenFor(person.userId, {
        claims: { exp: undefined },
      });
      return { input, environment: settingsFor(person), hidden: [input, secret] };
    },
  },
  {
    when: "the issuer's clock is ahead",
    first: "token_not_yet_valid",
    says: /in 2 minutes|in 119 seconds|in 120 seconds/,
    fix: /set-ntp/,
    arrange: async () => {
      const person = await signIn();
      const input = await withClockMoved(121, () => person.token());
      return { input, environment: settingsFor(person), hidden: [input, person.secret] };
    },
  },
  {
    when: "the token contains the whole user, with an image",
    first: "token_too_large",
    says: /largest claim is "image"/,
    fix: /definePayload/,
    arrange: () =>
      byKeyPair((issuer) => jwt({ jwt: { issuer, audience } }), {
        image: `data:image/png;base64,${"iVBORw0KGgo".repeat(900)}`,
      }),
  },
];
