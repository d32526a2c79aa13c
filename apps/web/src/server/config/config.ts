import { fileURLToPath } from "node:url";
import { type LogLevel, logLevels } from "../log.ts";
import { StartupError } from "../startup-error.ts";
import type { Environment } from "./environment.ts";
import { readSecrets, type Secrets } from "./secrets.ts";

/** Everything the web process is told from outside, checked. */
export interface WebConfig {
  /** Interface to listen on. Loopback unless HOST says otherwise. */
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  /**
   * The issuer, character for character as tokens carry it: an origin. `undefined`: http://localhost and the
   * port listened on.
   */
  readonly issuer: string | undefined;
  /** The API: the tokens' audience, and where the page sends its requests. */
  readonly apiUrl: string;
  readonly secrets: Secrets;
  /** What signs the tokens: the secret, or a key pair whose public half is at /api/auth/jwks. */
  readonly signWith: "secret" | "jwks";
  /** Folder of the embedded database. */
  readonly dataFolder: string;
  /** Postgres for Better Auth; `undefined` for the embedded database. */
  readonly databaseUrl: string | undefined;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** Addresses and CIDR ranges of reverse proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly logLevel: LogLevel;
  readonly production: boolean;
  /** Serve the page's sources through Vite, reloading on change, in place of the built page. */
  readonly development: boolean;
}

const builtPage = fileURLToPath(new URL("../../../dist", import.meta.url));

/**
 * Reads the configuration out of environment variables. An empty variable counts as not set.
 *
 * WEB_PORT (3000), HOST (127.0.0.1), BETTER_AUTH_URL (http://localhost:WEB_PORT), API_PORT (3001), API_URL
 * (http://localhost:API_PORT), BETTER_AUTH_SECRET or BETTER_AUTH_SECRETS, DATA_DIR (.data), USHER_KEYS
 * (secret, or jwks where USHER_JWKS_URL is set), AUTH_DATABASE_URL, PAGE_DIR (the app's dist),
 * TRUSTED_PROXIES (none), LOG_LEVEL (info), NODE_ENV, USHER_DEV.
 *
 * @throws {StartupError} that names every variable that does not hold
 */
export function readConfig(env: Environment): WebConfig {
  const faults: string[] = [];
  /** What `read` gives; where it does not hold, that is noted, and nothing given. */
  const noting = <Value>(read: () => Value): Value => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof StartupError)) throw error;
      faults.push(error.message);
      // Never seen by anybody: with a fault, there is no configuration.
      return undefined as Value;
    }
  };

  const production = env.NODE_ENV === "production";
  const config: WebConfig = {
    host: env.HOST || "127.0.0.1",
    port: noting(() => readPort(env, "WEB_PORT", 3000)),
    issuer: noting(() => (env.BETTER_AUTH_URL ? readOrigin(env.BETTER_AUTH_URL) : undefined)),
    apiUrl: noting(() => readApiUrl(env)),
    secrets: noting(() => readSecrets(env)),
    signWith: noting(() => readSigning(env.USHER_KEYS || (env.USHER_JWKS_URL ? "jwks" : "secret"))),
    dataFolder: env.DATA_DIR || ".data",
    databaseUrl: noting(() => (env.AUTH_DATABASE_URL ? readPostgresUrl(env.AUTH_DATABASE_URL) : undefined)),
    pageFolder: env.PAGE_DIR || builtPage,
    trustedProxies: (env.TRUSTED_PROXIES ?? "").split(",").flatMap((entry) => entry.trim() || []),
    logLevel: noting(() => readLogLevel(env.LOG_LEVEL || "info")),
    production,
    development: env.USHER_DEV === "1" && !production,
  };
  if (faults.length > 0) throw new StartupError(faults.join(" "));
  return config;
}

function readApiUrl(env: Environment): string {
  if (env.API_URL) return readHttpUrl(env.API_URL, "API_URL");
  return `http://localhost:${readPort(env, "API_PORT", 3001)}`;
}

function readPort(env: Environment, name: string, otherwise: number): number {
  const text = env[name] || String(otherwise);
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new StartupError(`${name} must be a port number from 0 to 65535.`);
}

/**
 * USHER_KEYS lists what the API accepts tokens by; the first of them is what the issuer makes tokens with.
 */
function readSigning(text: string): WebConfig["signWith"] {
  const [first] = text.split(",").map((kind) => kind.trim());
  if (first === "secret" || first === "jwks") return first;
  throw new StartupError(
    "USHER_KEYS must be secret, jwks, or both with the one that signs first: jwks,secret.",
  );
}

function readHttpUrl(text: string, name: string): string {
  const protocol = URL.parse(text)?.protocol;
  if (protocol === "http:" || protocol === "https:") return text;
  throw new StartupError(`${name} must be an http:// or https:// address, such as http://localhost:3001.`);
}

/**
 * The origin of BETTER_AUTH_URL, as Better Auth and the API's `verifierFromEnv` read it: without a slash at
 * its end, capitals, or a port that goes without saying. Better Auth takes a path in it for the path of its
 * endpoints, and those are at /api/auth here.
 */
function readOrigin(text: string): string {
  const { origin, pathname, search, hash } = new URL(readHttpUrl(text, "BETTER_AUTH_URL"));
  if (/^\/(?:api\/auth\/?)?$/.test(pathname) && search === "" && hash === "") return origin;
  throw new StartupError(
    "BETTER_AUTH_URL must be the web app's origin, with no path but /api/auth, such as https://app.example.com.",
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
