import { createHmac } from "node:crypto";
import { createTestIssuer } from "@usher-auth/testing";
import { jwt } from "better-auth/plugins/jwt";
import { audience, newSecret, signIn } from "../../support/better-auth.ts";
import { type Row, type Situation, settingsFor } from "./row.ts";

/** A token signed with one secret, and an API with a variant of it or another one. */
async function differing(
  secret: string,
  settings: (secret: string) => Record<string, string>,
): Promise<Situation> {
  const person = await signIn({ secret });
  const input = await person.token();
  const { BETTER_AUTH_SECRET: _, ...others } = settingsFor(person);
  const secrets = settings(secret);
  return {
    input,
    environment: { ...others, ...secrets },
    hidden: [input, secret.trim(), ...Object.values(secrets)],
  };
}

/** An API with the secret and these settings. Unlike the secret, they are shown. */
async function withSettings(settings: Record<string, string>): Promise<Situation> {
  const situation = await differing(newSecret(), (secret) => ({ BETTER_AUTH_SECRET: secret }));
  return { ...situation, environment: { ...situation.environment, ...settings } };
}

/** HS256 in Better Auth's `jwt.sign`, with these bytes as the secret. */
const signing = (key: string | Uint8Array) => (payload: object) => {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${segment({ alg: "HS256", typ: "JWT" })}.${segment(payload)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
};

async function signedBy(key: string | Uint8Array, apiSecret: string): Promise<Situation> {
  const person = await signIn({
    options: (baseURL) => ({
      plugins: [
        jwt({
          jwks: { remoteUrl: `${baseURL}/none`, keyPairConfig: { alg: "EdDSA" } },
          jwt: {
            audience,
            issuer: baseURL,
            sign: (payload) => {
              const now = Math.floor(Date.now() / 1000);
              return signing(key)({ iss: baseURL, aud: audience, iat: now, exp: now + 300, ...payload });
            },
          },
        }),
      ],
    }),
  });
  const input = await person.token();
  return {
    input,
    environment: { ...settingsFor(person), BETTER_AUTH_SECRET: apiSecret },
    hidden: [input, person.secret, apiSecret],
  };
}

const hex = () => Buffer.from(newSecret(), "base64url").toString("hex");

/** How the secrets of issuer and API can differ. */
export const secretRows: readonly Row[] = [
  {
    when: "the API's secret ends with a newline",
    first: "secret_whitespace",
    says: /without surrounding whitespace/,
    fix: /^BETTER_AUTH_SECRET="\$\(printf/,
    arrange: () => differing(newSecret(), (secret) => ({ BETTER_AUTH_SECRET: `${secret}\n` })),
  },
  {
    when: "the issuer's secret ends with a newline",
    first: "secret_whitespace",
    says: /as the issuer has it/,
    fix: /at the issuer/,
    arrange: () => differing(`${newSecret()}\n`, (secret) => ({ BETTER_AUTH_SECRET: secret.trim() })),
  },
  {
    when: "the API's secret has quotes, as docker --env-file keeps them",
    first: "secret_quotes",
    says: /without surrounding quotes/,
    fix: /tr -d/,
    arrange: () => differing(newSecret(), (secret) => ({ BETTER_AUTH_SECRET: `"${secret}"` })),
  },
  {
    when: "the issuer's secret has quotes",
    first: "secret_quotes",
    says: /as the issuer has it/,
    fix: /at the issuer/,
    arrange: () => differing(`'${newSecret()}'`, (secret) => ({ BETTER_AUTH_SECRET: secret.slice(1, -1) })),
  },
  {
    when: "the issuer signs with the base64-decoded secret",
    first: "secret_base64",
    says: /decoded from base64/,
    fix: /Buffer\.from\(process\.env\.BETTER_AUTH_SECRET, "base64"\)/,
    arrange: async () => {
      const secret = Buffer.from(newSecret()).toString("base64");
      return await signedBy(Buffer.from(secret, "base64"), secret);
    },
  },
  {
    when: "the issuer signs with the hex-decoded secret",
    first: "secret_hex",
    says: /decoded from hexadecimal/,
    fix: /Buffer\.from\(process\.env\.BETTER_AUTH_SECRET, "hex"\)/,
    arrange: async () => {
      const secret = hex();
      return await signedBy(Buffer.from(secret, "hex"), secret);
    },
  },
  {
    when: "the issuer uses AUTH_SECRET",
    first: "secret_auth_secret",
    says: /AUTH_SECRET/,
    fix: /BETTER_AUTH_SECRET="\$AUTH_SECRET"/,
    arrange: () =>
      differing(newSecret(), (secret) => ({ AUTH_SECRET: secret, BETTER_AUTH_SECRET: newSecret() })),
  },
  {
    when: "the issuer signs with BETTER_AUTH_SECRET, and the API has BETTER_AUTH_SECRETS",
    first: "secret_single_ignored",
    says: /no version in BETTER_AUTH_SECRETS/,
    fix: /BETTER_AUTH_SECRETS="\$BETTER_AUTH_SECRETS,0:\$BETTER_AUTH_SECRET"/,
    arrange: () =>
      differing(newSecret(), (secret) => ({
        BETTER_AUTH_SECRET: secret,
        BETTER_AUTH_SECRETS: `1:${newSecret()}`,
      })),
  },
  {
    when: "the issuer still signs with an older version in BETTER_AUTH_SECRETS",
    first: "secret_old_version",
    says: /BETTER_AUTH_SECRETS version 1/,
    fix: /restart/,
    arrange: () =>
      differing(newSecret(), (secret) => ({ BETTER_AUTH_SECRETS: `2:${newSecret()},1:${secret}` })),
  },
  {
    when: "the issuer has no secret and signs with Better Auth's default",
    first: "secret_issuer_default",
    says: /anyone can sign such a token/,
    fix: /openssl rand/,
    arrange: () => signedBy("better-auth-secret-12345678901234567890", newSecret()),
  },
  {
    when: "the secrets are completely different",
    first: "secret_differs",
    says: /fingerprint [0-9a-f]{16}/,
    fix: /usher-auth fingerprint/,
    arrange: () => differing(newSecret(), () => ({ BETTER_AUTH_SECRET: newSecret() })),
  },
  {
    when: "the API's secret is Better Auth's default",
    first: "secret_default",
    says: /published default/,
    fix: /openssl rand/,
    arrange: () =>
      differing(newSecret(), () => ({ BETTER_AUTH_SECRET: "better-auth-secret-12345678901234567890" })),
  },
  {
    when: "the API's secret has fewer than 32 bytes",
    first: "secret_too_short",
    says: /has 14 bytes/,
    fix: /openssl rand/,
    arrange: () => differing(newSecret(), () => ({ BETTER_AUTH_SECRET: "kT4wZq8sLm2xRb" })),
  },
  {
    when: "the API's secret is a public key",
    first: "secret_is_public_key",
    says: /PEM, a JWK or a JWKS/,
    fix: /openssl rand/,
    arrange: async () => {
      const { keys } = createTestIssuer({ algorithm: "EdDSA" }).jwks();
      return await differing(newSecret(), () => ({ BETTER_AUTH_SECRET: JSON.stringify(keys[0]) }));
    },
  },
  {
    when: "both sides have a secret that is easy to guess",
    first: "secret_weak",
    says: /entropy/,
    fix: /openssl rand/,
    arrange: () => differing("zx".repeat(20), (secret) => ({ BETTER_AUTH_SECRET: secret })),
  },
  {
    when: "the API has no secret",
    first: "settings_missing",
    says: /BETTER_AUTH_SECRET is not set/,
    fix: /^BETTER_AUTH_SECRET=/,
    arrange: () => differing(newSecret(), () => ({})),
  },
  {
    when: "BETTER_AUTH_SECRETS has another form",
    first: "settings_wrong",
    says: /entry 1 is not/,
    fix: /2:new,1:old/,
    arrange: () => differing(newSecret(), (secret) => ({ BETTER_AUTH_SECRETS: secret })),
  },
  {
    when: "USHER_JWKS_URL is plain http, and USHER_ALLOW_INSECURE_HOSTS does not name its host",
    first: "jwks_insecure",
    says: /USHER_JWKS_URL is http, and its host web is not in USHER_ALLOW_INSECURE_HOSTS/,
    fix: /^USHER_ALLOW_INSECURE_HOSTS=api,web /,
    arrange: () =>
      withSettings({
        USHER_JWKS_URL: "http://web:3000/api/auth/jwks",
        USHER_ALLOW_INSECURE_HOSTS: "api",
      }),
  },
  {
    when: "USHER_ALLOW_INSECURE_HOSTS contains a URL",
    first: "settings_wrong",
    says: /USHER_ALLOW_INSECURE_HOSTS\): entry 1 must be an exact host name/,
    fix: /such as "web"/,
    arrange: () =>
      withSettings({
        USHER_JWKS_URL: "http://web:3000/api/auth/jwks",
        USHER_ALLOW_INSECURE_HOSTS: "http://web:3000",
      }),
  },
  {
    when: "USHER_ROWS_KEY is short",
    first: "settings_wrong",
    says: /USHER_ROWS_KEY has 5 bytes, and needs at least 32/,
    fix: /openssl rand/,
    arrange: () =>
      differing(newSecret(), (secret) => ({ BETTER_AUTH_SECRET: secret, USHER_ROWS_KEY: "short" })),
  },
  {
    when: "with USHER_ROWS_KEY, requests and migrations have the same database user",
    first: "settings_wrong",
    says: /MIGRATION_DATABASE_URL has the same user as DATABASE_URL/,
    fix: /^MIGRATION_DATABASE_URL=/,
    arrange: () =>
      differing(newSecret(), (secret) => ({
        BETTER_AUTH_SECRET: secret,
        USHER_ROWS_KEY: "k".repeat(32),
        DATABASE_URL: "postgres://owner:one@host/tasks",
        MIGRATION_DATABASE_URL: "postgres://owner:two@host/tasks",
      })),
  },
];
