import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { vi } from "vitest";
import { startServer } from "./server.ts";

export const audience = "https://api.example.com";

/** A new random secret. */
export function newSecret(): string {
  return randomBytes(33).toString("base64url");
}

/** A signed-in browser of a real Better Auth server on this machine. */
export interface SignedIn {
  /** Better Auth's base URL, which is the issuer. */
  readonly issuer: string;
  readonly secret: string;
  readonly userId: string;
  readonly sessionToken: string;
  /** The encoded value of a cookie, by the end of its name. */
  cookie(name: string): string;
  /** The whole Cookie header. */
  readonly cookies: string;
  /** Requests an endpoint of Better Auth with the browser's cookies. */
  get(path: string): Promise<Response>;
  /** A token from `/token`. */
  token(): Promise<string>;
  /** A token from `auth.api.signJWT`. */
  sign(payload: Readonly<Record<string, unknown>>): Promise<string>;
}

/** The options of {@link signIn}. */
export interface IssuerSettings {
  readonly secret?: string;
  /** Options of Better Auth. Default: the plugin `usherJwt()`. */
  readonly options?: (baseURL: string) => Partial<BetterAuthOptions>;
  readonly database?: DatabaseSync;
  /** Seconds by which the server's Date header is ahead. */
  readonly clockAhead?: number;
  /** The user's picture. */
  readonly image?: string;
  /** The path of Better Auth's endpoints. Default: `/api/auth`. */
  readonly basePath?: string;
}

/** The plugin's method in `auth.api`. */
interface SigningApi {
  signJWT(call: { body: { payload: Readonly<Record<string, unknown>> } }): Promise<{ token: string }>;
}

let people = 0;

/** Starts a real Better Auth server and signs a user up. */
export async function signIn(settings: IssuerSettings = {}): Promise<SignedIn> {
  const {
    secret = newSecret(),
    options = () => ({}),
    database = new DatabaseSync(":memory:"),
    basePath = "/api/auth",
  } = settings;
  let api: unknown;
  const issuer = await startServer(async (baseURL) => {
    const auth = betterAuth({
      baseURL,
      basePath,
      secret,
      database,
      // Passwords are not tested here, and hashing one is slow on purpose.
      emailAndPassword: {
        enabled: true,
        password: {
          hash: async (password) => password,
          verify: async ({ hash, password }) => hash === password,
        },
      },
      plugins: [usherJwt({ audience })],
      logger: { disabled: true },
      telemetry: { enabled: false },
      ...options(baseURL),
    });
    await (await getMigrations(auth.options)).runMigrations();
    api = auth.api;
    const handle = toNodeHandler(auth);
    return (request, response) => {
      if (settings.clockAhead !== undefined) {
        response.setHeader("date", new Date(Date.now() + settings.clockAhead * 1000).toUTCString());
      }
      void handle(request, response);
    };
  });

  people++;
  const response = await fetch(`${issuer}${basePath}/sign-up/email`, {
    method: "POST",
    headers: { origin: issuer, "content-type": "application/json" },
    body: JSON.stringify({
      email: `ada.${people}@example.com`,
      name: `Ada ${people}`,
      password: "correct horse battery",
      ...(settings.image !== undefined && { image: settings.image }),
    }),
  });
  if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
  const { token: sessionToken, user } = (await response.json()) as { token: string; user: { id: string } };
  const pairs = response.headers.getSetCookie().map((line) => line.split(";", 1).join());
  const cookies = pairs.join("; ");
  const get = (path: string) => fetch(`${issuer}${basePath}${path}`, { headers: { cookie: cookies } });
  return {
    issuer,
    secret,
    userId: user.id,
    sessionToken,
    cookies,
    cookie: (name) => {
      const pair = pairs.find((candidate) => candidate.includes(`${name}=`));
      if (pair === undefined) throw new Error(`Better Auth set no cookie ${name}`);
      return pair.slice(pair.indexOf("=") + 1);
    },
    get,
    sign: async (payload) => (await (api as SigningApi).signJWT({ body: { payload } })).token,
    token: async () => {
      const answer = await get("/token");
      if (!answer.ok) throw new Error(`token: ${answer.status} ${await answer.text()}`);
      return ((await answer.json()) as { token: string }).token;
    },
  };
}

/** Runs a function with this process's clock moved by these seconds. */
export async function withClockMoved<Result>(seconds: number, run: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + seconds * 1000 });
  try {
    return await run();
  } finally {
    vi.useRealTimers();
  }
}
