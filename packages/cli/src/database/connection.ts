import { serverUrl } from "@usher-auth/postgres/connection";
import type postgres from "postgres";
import { CannotRun } from "../command-line/command.ts";
import type { Environment } from "../terminal.ts";

/** Seconds for a connection, and less if there is less time for all of it. */
const connectTimeout = 10;

/** A database, and how to talk about it. */
export interface DatabaseUse<Result> {
  /** Environment variables with the URL. The first one that is set counts. */
  readonly variables: readonly string[];
  /** Milliseconds for all of it. A locked table would otherwise block it forever. */
  readonly deadline: number;
  /** What to say at the deadline. */
  readonly late: string;
  /** A message for an SQLSTATE (Postgres manual, appendix A). Undefined: the database's own, `message`. */
  explain?(code: string | undefined, message: string): string | undefined;
  use(sql: postgres.Sql): Promise<Result>;
}

/**
 * Connects to the database at a URL of the environment, calls `use`, and disconnects.
 *
 * @throws {CannotRun} The database cannot be used. The message never contains the URL, which has the
 *   password.
 */
export async function withDatabase<Result>(
  environment: Environment,
  { variables, deadline, late, explain, use }: DatabaseUse<Result>,
): Promise<Result> {
  const { variable, url } = readUrl(environment, variables);
  // Loaded here because other commands do not need it.
  const { default: driver } = await import("postgres");
  // Before the deadline: a connection that is never made would keep the process alive after it.
  const connectWithin = Math.min(connectTimeout, Math.max(1, deadline / 1000 - 1));
  const open = (): postgres.Sql =>
    driver(serverUrl(url), {
      max: 1,
      connect_timeout: connectWithin,
      fetch_types: false,
      onnotice: () => {},
    });
  let sql: postgres.Sql;
  try {
    sql = open();
  } catch (error) {
    // A password that is not percent-encoded, for example. The message does not contain the URL.
    throw new CannotRun(`${variable} cannot be used: ${(error as Error).message}`);
  }
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CannotRun(late)), deadline);
  });
  try {
    return await Promise.race([timeout, connected()]);
  } catch (error) {
    if (error instanceof CannotRun) throw error;
    const { code, message } = error as Error & { code?: string };
    if (code === "CONNECT_TIMEOUT")
      throw new CannotRun(
        `The database at ${variable} did not accept a connection within ${connectWithin} s.`,
      );
    throw new CannotRun(explain?.(code, message) ?? `The database at ${variable} cannot be used: ${message}`);
  } finally {
    clearTimeout(timer);
    await sql.end({ timeout: 1 });
  }

  async function connected(): Promise<Result> {
    await sql`select`;
    return use(sql);
  }
}

/** @throws {CannotRun} None of the variables is set, or it is not a URL of Postgres. */
export function readUrl(
  environment: Environment,
  variables: readonly string[],
): { variable: string; url: string } {
  const variable = variables.find((name) => environment[name]) ?? variables.at(-1) ?? "";
  const url = environment[variable];
  if (!url) {
    throw new CannotRun(
      `${variable} is not set. Set it to the API's Postgres, or use --env. Only the API's own process can open an embedded database.`,
    );
  }
  // Several hosts, which the driver tries in turn, are no URL for the platform.
  if (!/^postgres(?:ql)?:\/\//i.test(url) || URL.parse(firstHostOnly(url)) === null) {
    throw new CannotRun(`${variable} must be a URL, such as postgres://user@host:5432/database.`);
  }
  return { variable, url };
}

/** `postgres://user@a:5432,b:5432/database` without `,b:5432`. Any other URL stays as it is. */
function firstHostOnly(url: string): string {
  const start = url.indexOf("://") + 3;
  const length = url.slice(start).search(/[/?#]|$/);
  const authority = url.slice(start, start + length);
  const hosts = authority.slice(authority.lastIndexOf("@") + 1);
  const user = authority.slice(0, authority.length - hosts.length);
  return `${url.slice(0, start)}${user}${hosts.split(",", 1)}${url.slice(start + length)}`;
}
