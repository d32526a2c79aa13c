import { DatabaseSync } from "node:sqlite";
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { type UsherJwtOptions, type UsherJwtPlugin, usherJwt } from "../src/index.ts";

export const baseURL = "https://app.example.com";
export const audience = "https://api.example.com";
export const secret = "a-test-secret-that-is-long-enough-for-hs256";

/** Real password hashing is slow on purpose. */
export const emailAndPassword = {
  enabled: true,
  password: {
    hash: async (password) => password,
    verify: async ({ hash, password }) => hash === password,
  },
} as const satisfies BetterAuthOptions["emailAndPassword"];

/**
 * A real Better Auth with the plugin (after `others`), over a database in memory. Logging is off: some tests
 * cause errors.
 */
export function instanceWith(
  options: Partial<BetterAuthOptions> = {},
  plugin: UsherJwtOptions = { audience },
  others: readonly BetterAuthPlugin[] = [],
) {
  return betterAuth({
    baseURL,
    secret,
    database: new DatabaseSync(":memory:"),
    emailAndPassword,
    logger: { disabled: true },
    telemetry: { enabled: false },
    ...options,
    plugins: [...others, usherJwt(plugin)] as unknown as [UsherJwtPlugin],
  });
}

type Instance = ReturnType<typeof instanceWith>;

/** The same, with its tables created. */
export async function migratedInstanceWith(
  options: Partial<BetterAuthOptions> = {},
  plugin: UsherJwtOptions = { audience },
  others: readonly BetterAuthPlugin[] = [],
): Promise<Instance> {
  const auth = instanceWith(options, plugin, others);
  await (await getMigrations(auth.options)).runMigrations();
  return auth;
}

/** A client of the instance's HTTP handler that keeps cookies, as a browser does. */
export class Browser {
  readonly #auth: Pick<Instance, "handler">;
  readonly #origin: string;
  readonly #cookies = new Map<string, string>();

  constructor(auth: Pick<Instance, "handler">, origin: string = baseURL) {
    this.#auth = auth;
    this.#origin = origin;
  }

  get headers(): Headers {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    return new Headers({ cookie, origin: this.#origin });
  }

  async request(method: "GET" | "POST", path: string, body?: object): Promise<Response> {
    return await this.send(
      new Request(`${this.#origin}/api/auth${path}`, {
        method,
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      }),
    );
  }

  /** Adds the cookies and the origin to the request, and keeps the cookies of the response. */
  async send(request: Request): Promise<Response> {
    for (const [name, value] of this.headers) request.headers.set(name, value);
    const response = await this.#auth.handler(request);
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  async signUp(email = "ada@example.com", name = "Ada"): Promise<string> {
    const response = await this.request("POST", "/sign-up/email", {
      email,
      name,
      password: "correct horse battery",
    });
    if (!response.ok) throw new Error(`sign-up: ${response.status} ${await response.text()}`);
    const { user } = (await response.json()) as { user: { id: string } };
    return user.id;
  }

  async signIn(email = "ada@example.com"): Promise<this> {
    const response = await this.request("POST", "/sign-in/email", {
      email,
      password: "correct horse battery",
    });
    if (!response.ok) throw new Error(`sign-in: ${response.status} ${await response.text()}`);
    return this;
  }

  async token(): Promise<string> {
    const response = await this.request("GET", "/token");
    if (!response.ok) throw new Error(`token: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { token: string }).token;
  }

  #keep(line: string): void {
    const [pair = "", ...attributes] = line.split("; ");
    const [name = ""] = pair.split("=", 1);
    if (attributes.includes("Max-Age=0")) this.#cookies.delete(name);
    else this.#cookies.set(name, pair.slice(name.length + 1));
  }
}
