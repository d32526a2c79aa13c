import { type UsherJwtPlugin, usherJwt } from "@usher-auth/issuer";
import { type BetterAuthOptions, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import type { WebConfig } from "../config/config.ts";
import type { AuthDatabase } from "../database/auth-database.ts";
import type { Log } from "../log.ts";
import { reasonOf, StartupError } from "../startup-error.ts";
import { clientAddressHeader } from "./client-address.ts";
import { logoutEndpoints } from "./logout-endpoints.ts";

export const authPath = "/api/auth";

/** The identity provider: everything of Better Auth that this app uses. */
export type Auth = ReturnType<typeof betterAuthFor>;

/** The identity provider, and the end of what it does by itself. */
export interface RunningAuth {
  readonly auth: Auth;
  /** Sends no more logout tokens. What is left is sent after the next start. */
  stop(): Promise<void>;
}

/**
 * Makes the Better Auth instance, with its tables brought up to date. It tells the API of sessions that end.
 *
 * @param issuer - the `iss` of the tokens; its origin is where the app is reached
 * @throws {StartupError} when the tables cannot be made; nothing is left running then
 */
export async function createAuth(
  config: WebConfig,
  issuer: string,
  database: AuthDatabase,
  log: Log,
): Promise<RunningAuth> {
  const tokens = usherJwt({
    audience: config.apiUrl,
    issuer,
    algorithm: config.signWith === "jwks" ? "EdDSA" : "HS256",
    backchannelLogout: logoutEndpoints(config.apiUrl, log),
  });
  const auth = betterAuthFor(config, issuer, tokens, database, log);
  await auth.$context;
  try {
    await migrate(auth.options, database);
  } catch (error) {
    await tokens.stop();
    throw error;
  }
  return { auth, stop: tokens.stop };
}

function betterAuthFor(
  config: WebConfig,
  issuer: string,
  tokens: UsherJwtPlugin,
  database: AuthDatabase,
  log: Log,
) {
  const { origin, protocol } = new URL(issuer);
  const { single, versions } = config.secrets;
  return betterAuth({
    appName: "Usher",
    baseURL: origin,
    basePath: authPath,
    trustedOrigins: [origin],
    ...(single === undefined ? {} : { secret: single }),
    ...(versions === undefined ? {} : { secrets: versions }),
    database: database.connection,
    emailAndPassword: { enabled: true },
    plugins: [tokens],
    // Three tries of a password in ten seconds from one address, by Better Auth's own rules. Development and
    // tests sign up one user after the other, so there it is off, as Better Auth has it.
    rateLimit: { enabled: config.production, storage: database.shared ? "database" : "memory" },
    advanced: {
      useSecureCookies: protocol === "https:",
      // Better Auth turns these off by itself when NODE_ENV is "test". A test must meet the real thing.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [clientAddressHeader], trustedProxies: [...config.trustedProxies] },
    },
    // Unexpected errors come to the app, which logs a line; Better Auth would print the whole object.
    onAPIError: { throw: true },
    logger: { level: "debug", disableColors: true, log: forward(log) },
    telemetry: { enabled: false },
  });
}

async function migrate(options: BetterAuthOptions, database: AuthDatabase): Promise<void> {
  try {
    await database.whileAlone(async () => await (await getMigrations(options)).runMigrations());
  } catch (error) {
    throw new StartupError(
      `cannot bring Better Auth's tables up to date (${reasonOf(error)}). Check the database's rights.`,
    );
  }
}

/**
 * Better Auth's messages, and the messages of errors beside them; not the objects beside them, which hold
 * addresses of people.
 */
function forward(log: Log): NonNullable<NonNullable<BetterAuthOptions["logger"]>["log"]> {
  return (level, message, ...details) => {
    const errors = details.filter((detail) => detail instanceof Error).map((error) => error.message);
    log[level](["better-auth:", message, ...errors].join(" "));
  };
}
