import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { jwt } from "better-auth/plugins/jwt";
import {
  audience,
  type IssuerSettings,
  newSecret,
  type SignedIn,
  signIn,
} from "../../support/better-auth.ts";
import { closedUrl, startServer } from "../../support/server.ts";
import { keyPairSettingsFor, type Row, type Situation } from "./row.ts";

/** A real Better Auth server. */
async function asking(
  settings: IssuerSettings,
  more: (person: SignedIn) => Partial<Situation> = () => ({}),
): Promise<Situation> {
  const person = await signIn(settings);
  return { issuer: person.issuer, hidden: [person.secret, person.sessionToken], ...more(person) };
}

/** Another server at the issuer's URL. */
const other = async (listener: Parameters<typeof startServer>[0]): Promise<Situation> => ({
  issuer: await startServer(listener),
  hidden: [],
});

const usherKeyPair: IssuerSettings = {
  options: () => ({ plugins: [usherJwt({ audience, algorithm: "EdDSA" })] }),
};

/** The issuer, over the network. */
export const issuerRows: readonly Row[] = [
  {
    when: "nothing listens at the issuer's URL",
    first: "issuer_unreachable",
    says: /ECONNREFUSED/,
    fix: /curl -i http/,
    arrange: async () => ({ issuer: await closedUrl(), hidden: [] }),
  },
  {
    when: "the issuer does not use https",
    first: "issuer_unreachable",
    says: /https/,
    fix: /curl -i https/,
    arrange: () => asking({}, ({ issuer }) => ({ issuer: issuer.replace("http:", "https:") })),
  },
  {
    when: "the issuer redirects",
    first: "issuer_redirects",
    says: /308 with Location: https:\/\/www\.example\.com/,
    fix: /^BETTER_AUTH_URL=https:\/\/www\.example\.com/,
    arrange: () =>
      other(() => (request, response) => {
        response.writeHead(308, { location: `https://www.example.com${request.url}` }).end();
      }),
  },
  {
    when: "a page answers instead of Better Auth, such as a single-page app's fallback",
    first: "issuer_html",
    says: /one of them answers with HTML/,
    fix: /auth\.handler/,
    arrange: () =>
      other(() => (_request, response) => {
        response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>App</title>");
      }),
  },
  {
    when: "Better Auth has another basePath",
    first: "issuer_path_unknown",
    says: /both answer 404/,
    fix: /basePath/,
    arrange: () => asking({ basePath: "/auth" }),
  },
  {
    when: "Better Auth has no plugin that issues tokens",
    first: "token_endpoint_missing",
    says: /\/api\/auth\/token answers 404/,
    fix: /plugins: \[usherJwt/,
    arrange: () => asking({ options: () => ({ plugins: [] }) }),
  },
  {
    when: "the private key is encrypted with an older secret",
    first: "issuer_cannot_sign",
    says: /\/jwks answers 200, \/token answers 500/,
    fix: /BETTER_AUTH_SECRETS="2:\$NEW_SECRET,1:\$OLD_SECRET"/,
    arrange: async () => {
      const database = new DatabaseSync(":memory:");
      const before = await signIn({ ...usherKeyPair, database });
      await before.token();
      return await asking({ ...usherKeyPair, database, secret: newSecret() }, ({ issuer, cookies }) => ({
        cookie: cookies,
        environment: keyPairSettingsFor({ issuer }),
      }));
    },
  },
  {
    when: "keyPairConfig is set to HS256, which Better Auth does not support",
    first: "token_endpoint_fails",
    says: /\/token answers 500/,
    fix: /keyPairConfig/,
    arrange: () =>
      asking(
        { options: () => ({ plugins: [jwt({ jwks: { keyPairConfig: { alg: "HS256" as never } } })] }) },
        ({ cookies }) => ({ cookie: cookies }),
      ),
  },
  {
    when: "the session has ended",
    first: "session_ended",
    says: /401/,
    fix: /signIn\.email/,
    arrange: () => asking({}, () => ({ cookie: "better-auth.session_token=gone.gone" })),
  },
  {
    when: "the issuer signs with the secret, and the API verifies with a JWKS",
    first: "jwks_missing",
    says: /publishes no keys/,
    fix: /algorithm: "EdDSA"/,
    arrange: () => asking({}, (person) => ({ environment: keyPairSettingsFor(person) })),
  },
  {
    when: "the token's kid is from another issuer, without --env",
    first: "key_unknown",
    says: /but not that one/,
    fix: /authClient\.token\(\)/,
    arrange: async () => {
      const another = await signIn(usherKeyPair);
      const input = await another.token();
      const person = await signIn(usherKeyPair);
      await person.token();
      const claims = await person.sign({ sub: person.userId });
      // The issuer's own claims and signature, with another issuer's header.
      const forged = [input.split(".")[0], ...claims.split(".").slice(1)].join(".");
      return { input: forged, issuer: person.issuer, hidden: [input, claims, person.secret] };
    },
  },
  {
    when: "the issuer's clock is three minutes ahead",
    first: "clock_skew",
    says: /ahead of this machine's/,
    fix: /set-ntp/,
    arrange: () => asking({ clockAhead: 180 }),
  },
  {
    when: "the issuer's clock is an hour behind",
    first: "clock_skew",
    says: /behind this machine's/,
    fix: /set-ntp/,
    arrange: () => asking({ clockAhead: -3600 }),
  },
];
