import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { jwt } from "better-auth/plugins/jwt";

/** The secret of Better Auth. */
export const secret = "K7gNU3sdo+OL0wNhqoVWhr3g6s1xYv72ol/pe/Unols=";

/** The API that the tokens of `usherJwt()` are for. */
export const audience = "https://api.example.com";

/** A user of Better Auth, and the cookie of their session. */
interface User {
  readonly id: string;
  readonly email: string;
  readonly cookie: string;
}

/** A real Better Auth on a free port, until the process ends. */
export interface Issuer {
  readonly url: string;
  /** A token of this plugin, which replaces the one before for all requests. */
  tokenOf(user: User, plugin: BetterAuthPlugin): Promise<string>;
  /** Signs these claims with the keys of `jwt()`, and its issuer and audience unless they name others. */
  sign(payload: object): Promise<string>;
  signUp(name: string): Promise<User>;
  signOut(user: User): Promise<void>;
  /** The token in the link that confirms the address of the user. */
  emailLinkTokenOf(user: User): Promise<string>;
  /** Does something while no request gets an answer. */
  duringOutage<Result>(work: () => Promise<Result>): Promise<Result>;
}

/** Better Auth's plugin, with a callback that signs with the secret, as its documentation has it. */
export function jwtWithSecret(): BetterAuthPlugin {
  const segment = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return jwt({
    jwks: { remoteUrl: "https://app.example.com/unused", keyPairConfig: { alg: "ES256" } },
    jwt: {
      sign: async (payload) => {
        const signed = `${segment({ alg: "HS256", typ: "JWT" })}.${segment(payload ?? {})}`;
        return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
      },
    },
  });
}

/** `usherJwt()` for the API, with the secret or a key pair. */
export function usherJwtFor(algorithm: "HS256" | "EdDSA"): BetterAuthPlugin {
  return usherJwt({ audience, algorithm }) as BetterAuthPlugin;
}

/** Starts it with this plugin, and with this database. Default: one in memory. */
export async function startIssuer(plugin: BetterAuthPlugin, file = ":memory:"): Promise<Issuer> {
  const database = new DatabaseSync(file);
  const links = new Map<string, string>();
  let isDown = false;
  let current: ReturnType<typeof instanceWith>;
  const server = createServer((request, response) => {
    if (isDown) return void request.socket.destroy();
    void toNodeHandler(current)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  server.unref();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const as = (other: BetterAuthPlugin) => {
    current = instanceWith(url, database, other, links);
    return current;
  };
  const auth = as(plugin);
  await (await getMigrations(auth.options)).runMigrations();

  return {
    url,
    async tokenOf({ cookie }, plugin) {
      await (await getMigrations(as(plugin).options)).runMigrations();
      const response = await fetch(`${url}/api/auth/token`, { headers: { cookie } });
      if (!response.ok) throw new Error(`/token answered ${response.status}: ${await response.text()}`);
      return ((await response.json()) as { token: string }).token;
    },
    async sign(payload) {
      const { api } = betterAuth({ baseURL: url, secret, database, plugins: [jwt()] });
      return (await api.signJWT({ body: { payload: payload as Record<string, unknown> } })).token;
    },
    async signUp(name) {
      const body = { email: `${name}@example.com`, name, password: "correct horse battery" };
      const { headers, response } = await auth.api.signUpEmail({ body, returnHeaders: true });
      const cookies = headers.getSetCookie().map((line) => line.split(";")[0]);
      return { id: response.user.id, email: body.email, cookie: cookies.join("; ") };
    },
    async signOut({ cookie }) {
      await auth.api.signOut({ headers: new Headers({ cookie }) });
    },
    async emailLinkTokenOf({ email }) {
      await auth.api.sendVerificationEmail({ body: { email } });
      const token = links.get(email);
      if (token === undefined) throw new Error("there was no e-mail");
      return token;
    },
    async duringOutage(work) {
      isDown = true;
      try {
        return await work();
      } finally {
        isDown = false;
      }
    },
  };
}

function instanceWith(
  baseURL: string,
  database: DatabaseSync,
  plugin: BetterAuthPlugin,
  links: Map<string, string>,
) {
  return betterAuth({
    baseURL,
    secret,
    database,
    plugins: [plugin],
    emailAndPassword: {
      enabled: true,
      // Better Auth's own takes its time, on purpose.
      password: {
        hash: async (password) => password,
        verify: async ({ hash, password }) => hash === password,
      },
    },
    emailVerification: {
      sendVerificationEmail: async ({ user, token }) => void links.set(user.email, token),
    },
    telemetry: { enabled: false },
    logger: { disabled: true },
  } satisfies BetterAuthOptions);
}
