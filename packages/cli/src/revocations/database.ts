import { revocationStore } from "@usher-auth/postgres/revocations";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import { CannotRun } from "../command-line/command.ts";
import type { Environment } from "../terminal.ts";

/** Seconds. */
const connectTimeout = 10;
/** Milliseconds for all that is asked. A table that someone has locked would hold it up without an end. */
const timeout = 30_000;

/**
 * Connects to the API's database, the `DATABASE_URL` of the environment, for as long as `use` takes.
 *
 * @param deadline Milliseconds, from the connection on. Default 30 s.
 * @throws {CannotRun} Says what to do. Never holds the URL, which has the password.
 */
export async function withStore<Result>(
  environment: Environment,
  use: (store: RevocationStore) => Promise<Result>,
  deadline: number = timeout,
): Promise<Result> {
  const url = readUrl(environment);
  // Loaded here, so that the other commands start without it.
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
      `The database does not answer within ${deadline / 1000} s. What was asked may still be done.`,
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
      "DATABASE_URL is not set. Set it to the API's Postgres, or give --env. An embedded database is open to the API's own process alone.",
    );
  }
  const { protocol } = URL.parse(url) ?? {};
  if (protocol !== "postgres:" && protocol !== "postgresql:") {
    throw new CannotRun("DATABASE_URL must be a URL, such as postgres://user@host:5432/database.");
  }
  return url;
}

/** By SQLSTATE (Postgres manual, appendix A) where the server answered. */
function reasonOf({ code, message }: Error & { code?: string }): string {
  switch (code) {
    case "42P01":
      return "The database has no table usher_revocations. Start the API on it once, which makes the table.";
    case "42501":
      return "This database user may not do that. Its table's owner must run: GRANT SELECT, INSERT ON usher_revocations TO <user>";
    case "23514":
      return "The database refuses that revocation: it needs an id, and an instant from 1970 on.";
    default:
      return `The database at DATABASE_URL cannot be used: ${message}`;
  }
}
