import type { IncomingMessage, ServerResponse } from "node:http";
import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { audience, newSecret } from "./better-auth.ts";
import { startServer } from "./server.ts";

/** A real Better Auth server on this machine. */
export interface Issuer {
  readonly url: string;
  readonly secret: string;
  readonly database: DatabaseSync;
  /** The addresses of the accounts that exist. */
  emails(): string[];
  /** The requests so far, such as `POST /api/auth/sign-in/email`. */
  readonly requests: string[];
}

/** The options of {@link startIssuer}. */
export interface IssuerSetup {
  readonly options?: (baseURL: string) => Partial<BetterAuthOptions>;
  readonly emailAndPassword?: Partial<NonNullable<BetterAuthOptions["emailAndPassword"]>>;
  /** Answers a request itself, or lets Better Auth answer it. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

/** Starts one, with the checks of origin and CSRF, which Better Auth leaves out in tests. */
export async function startIssuer({
  options = () => ({}),
  emailAndPassword,
  intercept = () => false,
}: IssuerSetup = {}): Promise<Issuer> {
  const secret = newSecret();
  const database = new DatabaseSync(":memory:");
  const requests: string[] = [];
  const url = await startServer(async (baseURL) => {
    const { advanced, ...others } = options(baseURL);
    const auth = betterAuth({
      baseURL,
      secret,
      database,
      // Hashing a password is slow on purpose, and is not tested here.
      emailAndPassword: {
        enabled: true,
        password: {
          hash: async (password) => password,
          verify: async ({ hash, password }) => hash === password,
        },
        ...emailAndPassword,
      },
      plugins: [usherJwt({ audience })],
      user: { deleteUser: { enabled: true } },
      logger: { disabled: true },
      telemetry: { enabled: false },
      ...others,
      advanced: { disableOriginCheck: false, disableCSRFCheck: false, ...advanced },
    });
    await (await getMigrations(auth.options)).runMigrations();
    const handle = toNodeHandler(auth);
    return (request, response) => {
      requests.push(`${request.method} ${request.url}`);
      if (!intercept(request, response)) void handle(request, response);
    };
  });
  return {
    url,
    secret,
    database,
    requests,
    emails: () =>
      database
        .prepare('select email from "user" order by email')
        .all()
        .map(({ email }) => String(email)),
  };
}
