import { revocationStore } from "@usher-auth/postgres/revocations";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import { CannotRun } from "../command-line/command.ts";
import type { Environment } from "../terminal.ts";

/** Seconds. */
const connectTimeout = 10;
/** Milliseconds for all queries. A locked table would otherwise block them forever. */
const timeout = 30_000;

/**
 * Connects to the API's database at `DATABASE_URL`, calls `use`, and disconnects.
 *
 * @param deadline Milliseconds for all of it. Default: 30 s.
 * @throws {CannotRun} The database cannot be used. The message never contains the URL, which has the
 *   password.
 */
export async function withStore<Result>(
  environment: Environment,
  use: (store: RevocationStore) => Promise<Result>,
  deadline: number = timeout,
): Promise<Result> {
  const url = readUrl(environment);
  // Loaded here because other commands do not need it.
  const { default: postgres } = await import("postgres");
  const sql = postgres(url, {
    max: 1,
    connect_timeout: connectTimeout,
    fetch_types: false,
    onnotice: () => {},
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new CannotRun(
      `The database did not answer within ${deadline / 1000} s. The revocation may still be stored.`,
    );
    timer = setTimeout(() => reject(error), deadline);
  });
  try {
    return await Promise.race([late, connected()]);
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    throw new CannotRun(reasonOf(error as Error & { code?: string }));
  } finally {
    clearTimeout(timer);
    await sql.end({ timeout: 1 });
  }

  async function connected(): Promise<Result> {
    await sql`select`;
    return use(revocationStore(sql));
  }
}

function readUrl({ DATABASE_URL: url }: Environment): string {
  if (!url) {
    throw new CannotRun(
      "DATABASE_URL is not set. Set it to the API's Postgres, or use --env. Only the API's own process can open an embedded database.",
    );
  }
  const { protocol } = URL.parse(url) ?? {};
  if (protocol !== "postgres:" && protocol !== "postgresql:") {
    throw new CannotRun("DATABASE_URL must be a URL, such as postgres://user@host:5432/database.");
  }
  return url;
}

/** A message for the SQLSTATE (Postgres manual, appendix A). */
function reasonOf({ code, message }: Error & { code?: string }): string {
  switch (code) {
    case "42P01":
      return "The database has no table usher_revocations. Start the API once with this database to create it.";
    case "42501":
      return "This database user has no access to the table. The table's owner must run: GRANT SELECT, INSERT ON usher_revocations TO <user>";
    case "23514":
      return "The database rejects this revocation: it needs an id and a time since 1970.";
    default:
      return `The database at DATABASE_URL cannot be used: ${message}`;
  }
}
