import { resolve } from "node:path";
import { ConfigurationError, verifierFromEnv } from "@usher-auth/verify";
import { z } from "zod";
import { StartupError } from "./operations/startup-error.ts";

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/** The settings from environment variables. Secrets for tokens are not among them: `verifierFromEnv` reads those. */
export type Config = {
  /** The name or address to listen on. Default: 127.0.0.1, loopback only. */
  readonly host: string;
  /** The port to listen on. Default 3001; 0 picks a free one. */
  readonly port: number;
  /** The port for Prometheus, on loopback only. Undefined: no metrics. 0 picks a free one. */
  readonly metricsPort: number | undefined;
  /**
   * Better Auth's `baseURL`: the `iss` that tokens must have, and the only origin whose pages may call the
   * API.
   */
  readonly issuer: string;
  /** This API's public URL: the `aud` that tokens must have. */
  readonly audience: string;
  /** The Postgres server. Undefined: the embedded one. May contain a password: never log it. */
  readonly databaseUrl: string | undefined;
  /** The same server for the owner of the tables. Undefined: as `databaseUrl`. */
  readonly migrationDatabaseUrl: string | undefined;
  /** Where revocations are. Undefined: as `migrationDatabaseUrl`. */
  readonly revocationsDatabaseUrl: string | undefined;
  /** Where to listen for them, past a pooler. Undefined: where they are. */
  readonly listenDatabaseUrl: string | undefined;
  /** Proves principals to the Postgres server: hardened mode. Never log it. */
  readonly rowsKey: string | undefined;
  /** How long a request waits for the database, and Postgres works on a statement, in milliseconds. */
  readonly databaseTimeout: number;
  /** The folder of the embedded database. */
  readonly databaseFolder: string;
  /** The folder of the records that `usher-auth doctor` reads. */
  readonly runningFolder: string;
  /** What to do with tokens while the revocations are unknown. Default: `refuse`, with a 503. */
  readonly whenStale: "refuse" | "accept";
  readonly logLevel: (typeof logLevels)[number];
  /** NODE_ENV is `production`. */
  readonly production: boolean;
  /** The file of the audit log. Undefined: none. */
  readonly auditLog: string | undefined;
};

const anyPort = z.coerce
  .number("must be a number")
  .int("must be a whole number")
  .min(0, "must be from 0 to 65535")
  .max(65_535, "must be from 0 to 65535");

const postgresUrl = z
  .url({
    protocol: /^postgres(ql)?$/,
    hostname: /./,
    error: "must be a URL, such as postgres://user@host:5432/database",
  })
  .optional();

/** Milliseconds, up to an hour. */
const timeout = z.coerce
  .number("must be a number")
  .int("must be a whole number of milliseconds")
  .min(1, "must be from 1 to 3600000")
  .max(3_600_000, "must be from 1 to 3600000");

const httpUrl = z.url({ protocol: /^https?$/, error: "must be a URL, such as https://app.example.com" });

const environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  WEB_PORT: anyPort.default(3000),
  API_PORT: anyPort.default(3001),
  API_METRICS_PORT: anyPort.optional(),
  DATA_DIR: z.string().default(".data"),
  BETTER_AUTH_URL: httpUrl.optional(),
  API_URL: httpUrl.optional(),
  DATABASE_URL: postgresUrl,
  MIGRATION_DATABASE_URL: postgresUrl,
  REVOCATIONS_DATABASE_URL: postgresUrl,
  LISTEN_DATABASE_URL: postgresUrl,
  USHER_ROWS_KEY: z
    .string()
    .refine((key) => Buffer.byteLength(key) >= 32, "must have at least 32 bytes")
    .optional(),
  DATABASE_TIMEOUT: timeout.default(5_000),
  USHER_WHEN_STALE: z.enum(["refuse", "accept"], "must be refuse or accept").default("refuse"),
  AUDIT_LOG: z.string().optional(),
  NODE_ENV: z.string().optional(),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
});

/**
 * Reads the configuration. An empty variable counts as not set.
 *
 * @throws {StartupError} Names every invalid variable and what it must be, never its value.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = environment.safeParse(set);
  const others = [...errorsWithoutServer(set), ...samePortErrors(result.data)];
  if (!result.success || others.length > 0) {
    const issues = result.error?.issues ?? [];
    const errors = [...issues.map((issue) => `${issue.path.join(".")} ${issue.message}`), ...others];
    throw new StartupError([...errors, ...verifierErrors(set)].join("; "));
  }
  const read = result.data;
  return {
    host: read.HOST,
    port: read.API_PORT,
    metricsPort: read.API_METRICS_PORT,
    issuer: read.BETTER_AUTH_URL ?? `http://localhost:${read.WEB_PORT}`,
    audience: read.API_URL ?? `http://localhost:${read.API_PORT}`,
    databaseUrl: read.DATABASE_URL,
    migrationDatabaseUrl: read.MIGRATION_DATABASE_URL,
    revocationsDatabaseUrl: read.REVOCATIONS_DATABASE_URL,
    listenDatabaseUrl: read.LISTEN_DATABASE_URL,
    rowsKey: read.USHER_ROWS_KEY,
    databaseTimeout: read.DATABASE_TIMEOUT,
    databaseFolder: resolve(read.DATA_DIR, "api"),
    runningFolder: resolve(read.DATA_DIR, "running"),
    whenStale: read.USHER_WHEN_STALE,
    logLevel: read.LOG_LEVEL,
    production: read.NODE_ENV === "production",
    auditLog: read.AUDIT_LOG === undefined ? undefined : resolve(read.AUDIT_LOG),
  };
}

/** What only a server has. In the embedded database, whose only user may do everything, it would protect nothing. */
function errorsWithoutServer(set: NodeJS.ProcessEnv): string[] {
  if (set.DATABASE_URL !== undefined) return [];
  const ofServers = [
    "MIGRATION_DATABASE_URL",
    "REVOCATIONS_DATABASE_URL",
    "LISTEN_DATABASE_URL",
    "USHER_ROWS_KEY",
  ];
  return ofServers.filter((name) => set[name] !== undefined).map((name) => `${name} needs DATABASE_URL too`);
}

/** Metrics would take the API's port first, and the API would find it in use. */
function samePortErrors(read: z.infer<typeof environment> | undefined): string[] {
  const isSame = read !== undefined && read.API_METRICS_PORT === read.API_PORT && read.API_PORT !== 0;
  return isSame ? ["API_METRICS_PORT must be another port than API_PORT"] : [];
}

/** The verifier's own errors, so that the first failed start names every invalid variable. */
function verifierErrors(set: NodeJS.ProcessEnv): string[] {
  try {
    verifierFromEnv({ ...set, BETTER_AUTH_URL: "http://localhost", API_URL: "http://localhost" });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [error.message];
  }
}
