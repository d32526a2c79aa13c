import { parseArgs } from "node:util";

const variables = `Environment:
  WEB_PORT             port of the web app (3000; 0 picks a free one)
  API_PORT             port of the API (3001; 0 picks a free one)
  HOST                 address to listen on (127.0.0.1)
  DATA_DIR             folder of databases and the development secret (.data)
  BETTER_AUTH_SECRET   secret shared by both (random in development, required with NODE_ENV=production)
  BETTER_AUTH_SECRETS  the same in versions, newest first: 2:new,1:old
  USHER_KEYS           secret (the default), jwks, or both with the one that signs first: jwks,secret
  USHER_JWKS_URL       where the API fetches public keys (the web app's /api/auth/jwks)
  BETTER_AUTH_URL      public address of the web app, the tokens' issuer (http://localhost:WEB_PORT)
  API_URL              public address of the API, the tokens' audience (http://localhost:API_PORT)
  DATABASE_URL         Postgres of the API (embedded, in DATA_DIR)
  MIGRATION_DATABASE_URL, REVOCATIONS_DATABASE_URL, LISTEN_DATABASE_URL
                       the same as the owner, for revocations, and past a pooler (DATABASE_URL)
  USHER_ROWS_KEY       proves users to the API's Postgres: hardened mode (none)
  DATABASE_TIMEOUT     how long the API waits for its Postgres, in milliseconds (5000)
  AUTH_DATABASE_URL    Postgres of the web app (SQLite, in DATA_DIR)
  USHER_WHEN_STALE     refuse (the default) or accept tokens while the API cannot check for revocations
  AUDIT_LOG            file that the API appends its audit log to (none)
  LOG_LEVEL            trace, debug, info, warn, error, fatal or silent (info)`;

/**
 * Prints `--help` and rejects any other argument, because the environment has all settings. Ends the process.
 */
export function parseArguments(command: string, purpose: string): void {
  try {
    const { values } = parseArgs({ options: { help: { type: "boolean", short: "h" } } });
    if (!values.help) return;
  } catch (error) {
    process.stderr.write(`${(error as Error).message.split(".")[0]}. See: ${command} -- --help\n`);
    process.exit(1);
  }
  process.stdout.write(`Usage: ${command}\n${purpose}\n\n${variables}\n`);
  process.exit(0);
}
