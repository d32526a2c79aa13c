/** Tokens to try the playground with. They are signed here, with a secret that is made for this visit. */
export interface Example {
  readonly name: string;
  readonly token: () => Promise<string>;
}

const text = new TextEncoder();

export function randomSecret(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

export function examplesFor(secret: string, issuer: string, audience: string): readonly Example[] {
  const signed =
    (changes: object, header: object = {}) =>
    async () => {
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: "ada", iss: issuer, aud: audience, iat: now, exp: now + 300, ...changes };
      const head = { alg: "HS256", typ: "JWT", ...header };
      const input = [head, claims].map((part) => base64Url(text.encode(JSON.stringify(part)))).join(".");
      const algorithm = { name: "HMAC", hash: "SHA-256" };
      const key = await crypto.subtle.importKey("raw", text.encode(secret), algorithm, false, ["sign"]);
      return `${input}.${base64Url(new Uint8Array(await crypto.subtle.sign("HMAC", key, text.encode(input))))}`;
    };
  const anHourAgo = Math.floor(Date.now() / 1000) - 3600;
  return [
    { name: "Valid", token: signed({}) },
    { name: "Expired", token: signed({ iat: anHourAgo, exp: anHourAgo + 300 }) },
    { name: "For another API", token: signed({ aud: "https://other.example.com" }) },
    { name: "Another user's", token: signed({ sub: "bob" }) },
    {
      name: "Changed",
      token: async () => {
        const [head, , signature] = (await signed({})()).split(".");
        const [, claims] = (await signed({ sub: "admin" })()).split(".");
        return [head, claims, signature].join(".");
      },
    },
    {
      name: "Unsigned",
      token: async () => {
        const [head, claims] = (await signed({}, { alg: "none" })()).split(".");
        return `${head}.${claims}.AA`;
      },
    },
    { name: "A session token", token: async () => "9rT2wKq7VbN4xLmP0sYd8HfJ3gZc6AeU" },
  ];
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}
