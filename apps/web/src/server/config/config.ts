import { fileURLToPath } from "node:url";
import { IssuerError, usherJwt } from "@usher-auth/issuer";
import { type LogLevel, logLevels } from "../log.ts";
import { StartupError } from "../startup-error.ts";
import type { Environment } from "./environment.ts";
import { readSecrets, type Secrets } from "./secrets.ts";

/** The configuration of the web process, after validation. */
export interface WebConfig {
  /** The interface to listen on. Default: loopback. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /** The port for Prometheus, on loopback only. `undefined`: no metrics. 0 for any free port. */
  readonly metricsPort: number | undefined;
  /** The `iss` of the tokens: an origin. `undefined`: http://localhost with the port it listens on. */
  readonly issuer: string | undefined;
  /** The API's URL: the audience of the tokens, and where the page sends its requests. */
  readonly apiUrl: string;
  /** Hosts that the API may have over plain http. */
  readonly allowInsecureHosts: readonly string[];
  readonly secrets: Secrets;
  /** What signs the tokens: the secret, or a key pair whose public key is at /api/auth/jwks. */
  readonly signWith: "secret" | "jwks";
  /** The folder of the embedded database. */
  readonly dataFolder: string;
  /** Better Auth's Postgres. `undefined`: the embedded database. */
  readonly databaseUrl: string | undefined;
  /** The folder of the built page. */
  readonly pageFolder: string;
  /** Addresses and CIDR ranges of reverse proxies whose X-Forwarded-For is trusted. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  readonly production: boolean;
  /** Serve the page from its sources through Vite, instead of the built page. */
  readonly development: boolean;
}

const builtPage = fileURLToPath(new URL("../../../dist", import.meta.url));

/**
 * Reads the configuration from environment variables. An empty variable counts as not set.
 *
 * WEB_PORT (3000), WEB_METRICS_PORT (none), HOST (127.0.0.1), BETTER_AUTH_URL (http://localhost:WEB_PORT),
 * API_PORT (3001), API_URL (http://localhost:API_PORT), USHER_ALLOW_INSECURE_HOSTS (none), BETTER_AUTH_SECRET
 * or BETTER_AUTH_SECRETS, DATA_DIR (.data), USHER_KEYS (secret, or jwks if USHER_JWKS_URL is set),
 * AUTH_DATABASE_URL, PAGE_DIR (the app's dist), TRUSTED_PROXIES (none), LOG_LEVEL (info), NODE_ENV,
 * USHER_DEV.
 *
 * @throws {StartupError} that names every invalid variable
 */
export function readConfig(env: Environment): WebConfig {
  const errors: string[] = [];
  /** Collects the errors, so that one start reports them all. */
  const collect = <Value>(read: () => Value): Value => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      errors.push(error.message);
      // Never used: with an error, there is no configuration.
      return undefined as Value;
    }
  };

  const production = env.NODE_ENV === "production";
  const config: WebConfig = {
    host: env.HOST || "127.0.0.1",
    port: collect(() => readPort(env, "WEB_PORT", 3000)),
    metricsPort: collect(() => (env.WEB_METRICS_PORT ? readPort(env, "WEB_METRICS_PORT", 0) : undefined)),
    issuer: collect(() => (env.BETTER_AUTH_URL ? readOrigin(env.BETTER_AUTH_URL) : undefined)),
    apiUrl: collect(() => readApiUrl(env)),
    allowInsecureHosts: collect(() => readInsecureHosts(env.USHER_ALLOW_INSECURE_HOSTS)),
    secrets: collect(() => readSecrets(env)),
    signWith: collect(() => readSigning(env.USHER_KEYS || (env.USHER_JWKS_URL ? "jwks" : "secret"))),
    dataFolder: env.DATA_DIR || ".data",
    databaseUrl: collect(() => (env.AUTH_DATABASE_URL ? readPostgresUrl(env.AUTH_DATABASE_URL) : undefined)),
    pageFolder: env.PAGE_DIR || builtPage,
    trustedProxies: (env.TRUSTED_PROXIES ?? "").split(",").flatMap((entry) => entry.trim() || []),
    logLevel: collect(() => readLogLevel(env.LOG_LEVEL || "info")),
    production,
    development: env.USHER_DEV === "1" && !production,
  };
  if (errors.length > 0) throw new StartupError(errors.join(" "));
  return config;
}

function readApiUrl(env: Environment): string {
  if (env.API_URL) return readHttpUrl(env.API_URL, "API_URL");
  return `http://localhost:${readPort(env, "API_PORT", 3001)}`;
}

/** The same variable as in the API, which fetches keys. `usherJwt` has the rule for an entry. */
function readInsecureHosts(text: string | undefined): readonly string[] {
  const hosts = text ? text.split(",").map((name) => name.trim()) : [];
  try {
    usherJwt({ audience: "any", allowInsecureHosts: hosts });
    return hosts;
  } catch (error) {
    if (!(error instanceof IssuerError)) throw error;
    throw new StartupError(`USHER_ALLOW_INSECURE_HOSTS: ${error.message}`);
  }
}

function readPort(env: Environment, name: string, fallback: number): number {
  const text = env[name] || String(fallback);
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new StartupError(`${name} must be a port number from 0 to 65535.`);
}

/** USHER_KEYS lists the kinds of keys that the API accepts. The issuer signs with the first. */
function readSigning(text: string): WebConfig["signWith"] {
  const [first] = text.split(",").map((kind) => kind.trim());
  if (first === "secret" || first === "jwks") return first;
  throw new StartupError(
    "USHER_KEYS must be secret, jwks, or both, such as jwks,secret: the first one signs.",
  );
}

function readHttpUrl(text: string, name: string): string {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === "http:" || protocol === "https:") return text;
  throw new StartupError(`${name} must be an http:// or https:// URL, such as http://localhost:3001.`);
}

/**
 * The origin of BETTER_AUTH_URL, as Better Auth and the API's `verifierFromEnv` read it: no trailing slash,
 * no upper case, no default port. Better Auth would use a path as the path of its endpoints, which are at
 * /api/auth here.
 */
function readOrigin(text: string): string {
  const { origin, pathname, search, hash } = new URL(readHttpUrl(text, "BETTER_AUTH_URL"));
  if (/^\/(?:api\/auth\/?)?$/.test(pathname) && search === "" && hash === "") return origin;
  throw new StartupError(
    "BETTER_AUTH_URL must be the web app's origin (or end in /api/auth), such as https://app.example.com.",
  );
}

function readPostgresUrl(text: string): string {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === "postgres:" || protocol === "postgresql:") return text;
  throw new StartupError(
    "AUTH_DATABASE_URL must look like postgres://user:password@host:5432/database, or be unset.",
  );
}

function readLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  throw new StartupError(`LOG_LEVEL must be one of ${logLevels.join(", ")}.`);
}
