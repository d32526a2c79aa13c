import { resolve } from "node:path";
import { ConfigurationError, verifierFromEnv } from "@usher-auth/verify";
import { z } from "zod";
import { StartupError } from "./operations/startup-error.ts";

const logLevels = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

/**
 * What the API is told by its environment, checked once. Secrets are not in it: `verifierFromEnv` reads
 * those.
 */
export type Config = {
  /**
   * Where to listen: a name or address (default the loopback 127.0.0.1), and a port (default 3001; 0 picks a
   * free one).
   */
  readonly host: string;
  readonly port: number;
  /**
   * Better Auth's `baseURL`: the `iss` that tokens must have, and the one origin that browsers may call from.
   */
  readonly issuer: string;
  /** This API's public URL: the `aud` that tokens must have. */
  readonly audience: string;
  /**
   * The Postgres server; undefined means the embedded one in `databaseFolder`. May hold a password: never log
   * it.
   */
  readonly databaseUrl: string | undefined;
  readonly databaseFolder: string;
  /** Where this process says what it runs with, for the operator. */
  readonly runningFolder: string;
  /**
   * What to do with tokens while nobody can tell whether they were revoked (default: refuse them, with a
   * 503).
   */
  readonly whenStale: "refuse" | "accept";
  readonly logLevel: (typeof logLevels)[number];
};

function port(standard: number) {
  return z.coerce
    .number("must be a number")
    .int("must be a whole number")
    .min(0, "must be from 0 to 65535")
    .max(65_535, "must be from 0 to 65535")
    .default(standard);
}

const httpUrl = z.url({ protocol: /^https?$/, error: "must be a URL, such as https://app.example.com" });

const environment = z.object({
  HOST: z.string().default("127.0.0.1"),
  WEB_PORT: port(3000),
  API_PORT: port(3001),
  DATA_DIR: z.string().default(".data"),
  BETTER_AUTH_URL: httpUrl.optional(),
  API_URL: httpUrl.optional(),
  DATABASE_URL: z
    .url({
      protocol: /^postgres(ql)?$/,
      hostname: /./,
      error: "must be a URL, such as postgres://user@host:5432/database",
    })
    .optional(),
  USHER_WHEN_STALE: z.enum(["refuse", "accept"], "must be refuse or accept").default("refuse"),
  LOG_LEVEL: z.enum(logLevels, `must be one of ${logLevels.join(", ")}`).default("info"),
});

/**
 * Reads the configuration; an empty variable counts as one that is not set.
 *
 * @throws {StartupError} that names every variable at fault and what it must be, and never the value that it
 *   has.
 */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const result = environment.safeParse(set);
  if (!result.success) {
    const faults = result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new StartupError([...faults, ...faultsOfKeys(set)].join("; "));
  }
  const read = result.data;
  return {
    host: read.HOST,
    port: read.API_PORT,
    issuer: read.BETTER_AUTH_URL ?? `http://localhost:${read.WEB_PORT}`,
    audience: read.API_URL ?? `http://localhost:${read.API_PORT}`,
    databaseUrl: read.DATABASE_URL,
    databaseFolder: resolve(read.DATA_DIR, "api"),
    runningFolder: resolve(read.DATA_DIR, "running"),
    whenStale: read.USHER_WHEN_STALE,
    logLevel: read.LOG_LEVEL,
  };
}

/** What the verifier will say of its variables, so that all faults are named at the first start. */
function faultsOfKeys(set: NodeJS.ProcessEnv): string[] {
  try {
    verifierFromEnv({ ...set, BETTER_AUTH_URL: "http://localhost", API_URL: "http://localhost" });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return [error.message];
  }
}
