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

/** The API for which {@link RunningAuth.otherApi} issues tokens. It does not exist. */
const otherAudience = "https://another-api.example";

/** The Better Auth instance of this app. */
export type Auth = ReturnType<typeof betterAuthFor>;

/** The Better Auth instance, and a function that ends its background work. */
export interface RunningAuth {
  readonly auth: Auth;
  /** The same users and keys, for another API: only the audience of the tokens differs. For development. */
  otherApi(): Promise<Auth>;
  /** Stops sending logout tokens. The next start sends what is left. */
  stop(): Promise<void>;
}

/**
 * Creates the Better Auth instance and migrates its tables. It notifies the API of sessions that end.
 *
 * @param issuer - the `iss` of the tokens; its origin is the public address of the app
 * @throws {StartupError} when the tables cannot be migrated; nothing is left running then
 */
export async function createAuth(
  config: WebConfig,
  issuer: string,
  database: AuthDatabase,
  log: Log,
): Promise<RunningAuth> {
  const algorithm = config.signWith === "jwks" ? "EdDSA" : "HS256";
  const tokens = usherJwt({
    audience: config.apiUrl,
    issuer,
    algorithm,
    backchannelLogout: logoutEndpoints(config.apiUrl, config.allowInsecureHosts, log),
    allowInsecureHosts: config.allowInsecureHosts,
  });
  const auth = betterAuthFor(config, issuer, tokens, database, log);
  await auth.$context;
  try {
    await migrate(auth.options, database);
  } catch (error) {
    await tokens.stop();
    throw error;
  }
  let other: Auth | undefined;
  const otherApi = async (): Promise<Auth> => {
    other ??= betterAuthFor(
      config,
      issuer,
      usherJwt({ audience: otherAudience, issuer, algorithm }),
      database,
      log,
    );
    await other.$context;
    return other;
  };
  return { auth, otherApi, stop: tokens.stop };
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
    // Users may delete their own account. Test users do so when they are done.
    user: { deleteUser: { enabled: true } },
    plugins: [tokens],
    // Better Auth's own rules: three passwords in ten seconds from one address. Off in development and tests,
    // which sign up many users.
    rateLimit: { enabled: config.production, storage: database.shared ? "database" : "memory" },
    advanced: {
      useSecureCookies: protocol === "https:",
      // Better Auth disables these checks when NODE_ENV is "test". Tests should run with them.
      disableOriginCheck: false,
      disableCSRFCheck: false,
      ipAddress: { ipAddressHeaders: [clientAddressHeader], trustedProxies: [...config.trustedProxies] },
    },
    // Unexpected errors reach `app.onError`, which logs one line. Better Auth would print the whole object.
    onAPIError: { throw: true },
    logger: { level: "debug", disableColors: true, log: forward(log) },
    telemetry: { enabled: false },
  });
}

async function migrate(options: BetterAuthOptions, database: AuthDatabase): Promise<void> {
  try {
    await database.migrate(async () => await (await getMigrations(options)).runMigrations());
  } catch (error) {
    throw new StartupError(
      `cannot migrate Better Auth's tables (${reasonOf(error)}). Check the rights of the database user.`,
    );
  }
}

/**
 * Logs Better Auth's messages and the messages of errors passed with them. Other objects are dropped: they
 * may contain e-mail addresses.
 */
function forward(log: Log): NonNullable<NonNullable<BetterAuthOptions["logger"]>["log"]> {
  return (level, message, ...details) => {
    const errors = details.filter((detail) => detail instanceof Error).map((error) => error.message);
    log[level](["better-auth:", message, ...errors].join(" "));
  };
}
