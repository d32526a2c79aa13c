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

/** A good token at an API whose settings are not quite the issuer's. */
async function at(
  change: (right: Record<string, string>, person: SignedIn) => Record<string, string>,
): Promise<Situation> {
  const person = await signIn();
  const input = await person.token();
  const right = settingsFor(person);
  return { input, environment: { ...right, ...change(right, person) }, hidden: [input, person.secret] };
}

/** A token of another plugin than usherJwt(), at an API that verifies by key pair. */
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

/** Algorithm, key and claims. */
export const tokenRows: readonly Row[] = [
  {
    when: "Better Auth's jwt() signs with EdDSA, whatever algorithm it is told, and the API has a secret",
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
    when: "the issuer signs with the secret, and the API has a JWKS",
    first: "algorithm_secret",
    says: /by key pair alone/,
    fix: /^USHER_KEYS=secret/,
    arrange: () => at((_, person) => keyPairSettingsFor(person)),
  },
  {
    when: "the token is not signed",
    first: "algorithm_none",
    says: /not signed at all/,
    fix: /\/api\/auth\/token/,
    arrange: async () => {
      const { input = "", ...rest } = await at((right) => right);
      const header = Buffer.from('{"alg":"none"}').toString("base64url");
      return { ...rest, input: `${header}.${input.split(".")[1]}.` };
    },
  },
  {
    when: "the token has an algorithm of another secret",
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
    when: "the key pair was replaced since the token was made",
    first: "key_unknown",
    says: /fetched afresh/,
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
    when: "the token was changed on its way",
    first: "signature_invalid",
    says: /was changed/,
    fix: /exactly as the issuer gave it/,
    arrange: async () => {
      const person = await signIn(usherKeyPair);
      const [header, , signature] = (await person.token()).split(".");
      const claims = { sub: "somebody-else", iss: person.issuer, aud: audience, exp: 4_000_000_000 };
      const input = [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
      return { input, environment: keyPairSettingsFor(person), hidden: [input, person.secret] };
    },
  },
  {
    when: "the keys' address leads nowhere",
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
    when: "the token is of another type",
    first: "token_type",
    says: /at\+jwt|typ/,
    fix: /authClient\.token\(\)/,
    arrange: async () => {
      const person = await signIn();
      const { issuer, secret } = person;
      const input = createTestIssuer({ secret, issuer, audience }).tokenFor(person.userId, {
        header: { typ: "at+jwt" },
      });
      return { input, environment: settingsFor(person), hidden: [input, secret] };
    },
  },
  ...(
    [
      ["is https for http", (url: string) => url.replace("http:", "https:"), /http against https/],
      [
        "is 127.0.0.1 for localhost",
        (url: string) => url.replace("localhost", "127.0.0.1"),
        /localhost against 127\.0\.0\.1: this machine by another name/,
      ],
      ["has another port", (url: string) => url.replace(/\d+$/, "3000"), /port \d+ against 3000/],
      ["is another host", () => "https://app.example.com", /another machine/],
    ] as const
  ).map(
    ([what, change, says]): Row => ({
      when: `the issuer in the API's settings ${what}`,
      first: "issuer_differs",
      says,
      fix: /^BETTER_AUTH_URL=http:\/\/localhost:\d+ /,
      arrange: () => at((_, { issuer }) => ({ BETTER_AUTH_URL: change(issuer) })),
    }),
  ),
  ...(
    [
      ["a slash at its end", "/", /only the trailing slash differs/],
      ["/api/auth at its end", "/api/auth", /\/api\/auth at the end/],
    ] as const
  ).map(
    ([what, end, says]): Row => ({
      when: `the issuer writes a name of its own, with ${what}`,
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
    when: "the audience in the API's settings has a slash at its end",
    first: "audience_differs",
    says: /only the trailing slash differs/,
    fix: /usherJwt\(\{ audience: "https:\/\/api\.example\.com\/" \}\)/,
    arrange: () => at(() => ({ API_URL: `${audience}/` })),
  },
  {
    when: "jwt() was told no audience",
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
    says: /a second of 1970/,
    fix: /expirationTime: "3600s"/,
    arrange: () => byKeyPair((issuer) => jwt({ jwt: { issuer, audience, expirationTime: 3600 } })),
  },
  {
    when: "the token has no sub",
    first: "subject_missing",
    says: /does not say whose it is/,
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
    when: "the token has no end",
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
    when: "the token carries the whole user, with a picture",
    first: "token_too_large",
    says: /largest claim is "image"/,
    fix: /definePayload/,
    arrange: () =>
      byKeyPair((issuer) => jwt({ jwt: { issuer, audience } }), {
        image: `data:image/png;base64,${"iVBORw0KGgo".repeat(900)}`,
      }),
  },
];
