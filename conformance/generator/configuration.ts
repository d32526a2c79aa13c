import { runConfiguration } from "../run/configuration.ts";
import { publicPem, secrets } from "./keys.ts";
import { audience, issuedAt, issuer, type TokenParts, tokenOf } from "./token.ts";
import type { VectorFile } from "./vector-file.ts";

const url = { BETTER_AUTH_URL: issuer } as const;
const api = { API_URL: audience } as const;
const secret = { BETTER_AUTH_SECRET: secrets.single } as const;
const secretList = { BETTER_AUTH_SECRETS: `2:${secrets.current},1:${secrets.previous}` } as const;
const jwks = { USHER_JWKS_URL: "https://app.example.com/api/auth/jwks" } as const;
const all = { ...url, ...api, ...secret } as const;

/** A token that is valid until 2100, because these verifiers use the clock of the machine. */
function token(secretName: keyof typeof secrets, claims: TokenParts["claims"] = {}): string {
  return tokenOf({
    key: { secret: secrets[secretName] },
    claims: { iat: issuedAt, exp: 4_102_444_800, ...claims },
  });
}

interface ConfigurationCase {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Variables that the message must name. Absent: the environment is accepted. */
  readonly names?: readonly string[];
  readonly tokens?: readonly string[];
}

const accepted: readonly ConfigurationCase[] = [
  { name: "a secret", env: all, tokens: [token("single"), token("other")] },
  {
    name: "a path, a slash and a default port in BETTER_AUTH_URL",
    env: { ...all, BETTER_AUTH_URL: "https://app.example.com:443/api/auth/" },
    tokens: [token("single"), token("single", { iss: "https://app.example.com/api/auth" })],
  },
  {
    name: "another case in BETTER_AUTH_URL",
    env: { ...all, BETTER_AUTH_URL: "HTTPS://App.Example.com" },
    tokens: [token("single")],
  },
  {
    name: "another port in BETTER_AUTH_URL",
    env: { ...all, BETTER_AUTH_URL: "http://localhost:3000/" },
    tokens: [token("single", { iss: "http://localhost:3000" }), token("single")],
  },
  {
    name: "API_URL is used as it is written",
    env: { ...all, API_URL: `${audience}/` },
    tokens: [token("single"), token("single", { aud: `${audience}/` })],
  },
  {
    name: "versions of a secret",
    env: { ...url, ...api, ...secretList },
    tokens: [token("current"), token("previous"), token("other")],
  },
  {
    name: "versions win over the single secret",
    env: { ...all, ...secretList },
    tokens: [token("current"), token("single")],
  },
  {
    name: "spaces around the entries of BETTER_AUTH_SECRETS",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: ` 2:  ${secrets.current} , 1: ${secrets.previous} ` },
    tokens: [token("current"), token("previous")],
  },
  {
    name: "a colon inside a secret",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: `7:${secrets.current}:${secrets.other}` },
    tokens: [
      tokenOf({ key: { secret: `${secrets.current}:${secrets.other}` }, claims: { exp: 4_102_444_800 } }),
      token("current"),
    ],
  },
  {
    name: "an empty BETTER_AUTH_SECRETS is not set",
    env: { ...all, BETTER_AUTH_SECRETS: "" },
    tokens: [token("single")],
  },
  { name: "a key set", env: { ...url, ...api, ...jwks } },
  {
    name: "a key set on this machine",
    env: { ...url, ...api, USHER_JWKS_URL: "http://localhost:3000/jwks" },
  },
  { name: "a key set at 127.0.0.1", env: { ...url, ...api, USHER_JWKS_URL: "http://127.0.0.1:3000/jwks" } },
  { name: "a key set at ::1", env: { ...url, ...api, USHER_JWKS_URL: "http://[::1]:3000/jwks" } },
  {
    name: "a key set over plain http at an allowed host",
    env: {
      ...url,
      ...api,
      USHER_JWKS_URL: "http://web:3000/api/auth/jwks",
      USHER_ALLOW_INSECURE_HOSTS: "api, Web",
    },
  },
  {
    name: "an empty USHER_ALLOW_INSECURE_HOSTS is not set",
    env: { ...url, ...api, ...jwks, USHER_ALLOW_INSECURE_HOSTS: "" },
  },
  {
    name: "a key set: the secret is not accepted beside it",
    env: { ...all, ...jwks },
    tokens: [token("single")],
  },
  {
    name: "USHER_KEYS secret, although there is a key set",
    env: { ...all, ...jwks, USHER_KEYS: "secret" },
    tokens: [token("single")],
  },
  {
    name: "USHER_KEYS jwks,secret",
    env: { ...all, ...jwks, USHER_KEYS: "jwks,secret" },
    tokens: [token("single")],
  },
  {
    name: "USHER_KEYS with spaces, in the other order",
    env: { ...all, ...jwks, USHER_KEYS: " secret , jwks " },
    tokens: [token("single")],
  },
  { name: "an empty USHER_KEYS is not set", env: { ...all, USHER_KEYS: "" }, tokens: [token("single")] },
  { name: "a secret of 32 bytes", env: { ...all, BETTER_AUTH_SECRET: secrets.single.slice(0, 32) } },
  { name: "a secret of 32 bytes in 16 characters", env: { ...all, BETTER_AUTH_SECRET: "\u00fc".repeat(16) } },
];

const refused: readonly Required<Pick<ConfigurationCase, "name" | "env" | "names">>[] = [
  { name: "nothing is set", env: {}, names: ["BETTER_AUTH_URL", "API_URL", "BETTER_AUTH_SECRET"] },
  { name: "no BETTER_AUTH_URL", env: { ...api, ...secret }, names: ["BETTER_AUTH_URL"] },
  { name: "no API_URL", env: { ...url, ...secret }, names: ["API_URL"] },
  { name: "no secret", env: { ...url, ...api }, names: ["BETTER_AUTH_SECRET"] },
  { name: "an empty BETTER_AUTH_URL", env: { ...all, BETTER_AUTH_URL: "" }, names: ["BETTER_AUTH_URL"] },
  { name: "an empty API_URL", env: { ...all, API_URL: "" }, names: ["API_URL"] },
  { name: "an empty secret", env: { ...all, BETTER_AUTH_SECRET: "" }, names: ["BETTER_AUTH_SECRET"] },
  {
    name: "USHER_KEYS jwks without a URL",
    env: { ...all, USHER_KEYS: "jwks" },
    names: ["USHER_JWKS_URL"],
  },
  {
    name: "USHER_KEYS jwks,secret without either",
    env: { ...url, ...api, USHER_KEYS: "jwks,secret" },
    names: ["USHER_JWKS_URL", "BETTER_AUTH_SECRET"],
  },
  { name: "an unknown word in USHER_KEYS", env: { ...all, USHER_KEYS: "none" }, names: ["USHER_KEYS"] },
  { name: "another case in USHER_KEYS", env: { ...all, USHER_KEYS: "Secret" }, names: ["USHER_KEYS"] },
  { name: "a word twice in USHER_KEYS", env: { ...all, USHER_KEYS: "secret,secret" }, names: ["USHER_KEYS"] },
  { name: "a comma at the end of USHER_KEYS", env: { ...all, USHER_KEYS: "secret," }, names: ["USHER_KEYS"] },
  {
    name: "BETTER_AUTH_URL is not a URL",
    env: { ...all, BETTER_AUTH_URL: "app.example.com" },
    names: ["BETTER_AUTH_URL"],
  },
  {
    name: "BETTER_AUTH_URL has another scheme",
    env: { ...all, BETTER_AUTH_URL: "ftp://app.example.com" },
    names: ["BETTER_AUTH_URL"],
  },
  { name: "a short secret", env: { ...all, BETTER_AUTH_SECRET: secrets.single.slice(0, 31) }, names: [] },
  {
    name: "a published default",
    env: { ...all, BETTER_AUTH_SECRET: "better-auth-secret-12345678901234567890" },
    names: [],
  },
  { name: "a PEM as the secret", env: { ...all, BETTER_AUTH_SECRET: publicPem("rsa-1") }, names: [] },
  {
    name: "a JWK as the secret",
    env: { ...all, BETTER_AUTH_SECRET: '{"kty":"OKP","crv":"Ed25519","x":"AAAAAAAAAAAAAAAAAAAA"}' },
    names: [],
  },
  {
    name: "a JWKS as the secret",
    env: { ...all, BETTER_AUTH_SECRET: `{"keys":[]}${" ".repeat(40)}` },
    names: [],
  },
  {
    name: "versions without a number",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: secrets.current },
    names: ["BETTER_AUTH_SECRETS"],
  },
  {
    name: "a version that is not a number",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: `two:${secrets.current}` },
    names: ["BETTER_AUTH_SECRETS"],
  },
  {
    name: "a negative version",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: `-1:${secrets.current}` },
    names: ["BETTER_AUTH_SECRETS"],
  },
  {
    name: "a comma at the end of BETTER_AUTH_SECRETS",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: `2:${secrets.current},` },
    names: ["BETTER_AUTH_SECRETS"],
  },
  {
    name: "a version twice",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: `1:${secrets.current},1:${secrets.previous}` },
    names: [],
  },
  {
    name: "a short secret among the versions",
    env: { ...url, ...api, BETTER_AUTH_SECRETS: `2:${secrets.current},1:short` },
    names: [],
  },
  {
    name: "a key set over plain http",
    env: { ...url, ...api, USHER_JWKS_URL: "http://app.example.com/api/auth/jwks" },
    names: ["USHER_ALLOW_INSECURE_HOSTS"],
  },
  {
    name: "a key set over plain http at a host that is not allowed",
    env: {
      ...url,
      ...api,
      USHER_JWKS_URL: "http://web:3000/api/auth/jwks",
      USHER_ALLOW_INSECURE_HOSTS: "api",
    },
    names: ["USHER_ALLOW_INSECURE_HOSTS"],
  },
  {
    name: "a URL in USHER_ALLOW_INSECURE_HOSTS",
    env: { ...url, ...api, ...jwks, USHER_ALLOW_INSECURE_HOSTS: "http://web:3000" },
    names: ["USHER_ALLOW_INSECURE_HOSTS"],
  },
  {
    name: "a comma at the end of USHER_ALLOW_INSECURE_HOSTS",
    env: { ...url, ...api, ...jwks, USHER_ALLOW_INSECURE_HOSTS: "web," },
    names: ["USHER_ALLOW_INSECURE_HOSTS"],
  },
  {
    name: "a key set at an address that begins like this machine's",
    env: { ...url, ...api, USHER_JWKS_URL: "http://localhost.example.com/jwks" },
    names: [],
  },
  {
    name: "a key set with a password in its URL",
    env: { ...url, ...api, USHER_JWKS_URL: "https://user:password@app.example.com/jwks" },
    names: [],
  },
  {
    name: "a key set at a file",
    env: { ...url, ...api, USHER_JWKS_URL: "file:///etc/jwks.json" },
    names: [],
  },
  { name: "a key set at no URL", env: { ...url, ...api, USHER_JWKS_URL: "jwks" }, names: [] },
];

export async function configurationFile(): Promise<VectorFile> {
  const vectors = [...accepted, ...refused].map(
    async ({ name, env, names, tokens = [] }: ConfigurationCase) => {
      const outcome = await runConfiguration({ name, env, tokens });
      if ("starts" in outcome) {
        if (names !== undefined) throw new Error(`"${name}": expected a refusal`);
        return { name, env, tokens, ...outcome };
      }
      const { message } = outcome.refuses;
      if (names === undefined || !names.every((one) => message.includes(one)))
        throw new Error(`"${name}": ${message}`);
      return { name, env, tokens, refuses: { names, message } };
    },
  );
  return {
    name: "configuration",
    description: "Environment variables, and the verifier that they lead to or the message for the operator.",
    content: { vectors: await Promise.all(vectors) },
  };
}
