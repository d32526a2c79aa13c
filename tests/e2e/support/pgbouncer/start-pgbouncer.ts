import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryFolder } from "../files/staging.ts";
import { freePort } from "../network/free-port.ts";
import { serverIdentity } from "../postgres/start-postgres.ts";

const supervisor = fileURLToPath(new URL("../postgres/supervisor.ts", import.meta.url));

/** Debian's path. It is not on the PATH of every user. */
const program = "/usr/sbin/pgbouncer";

/** Options of {@link startPgbouncer}. */
export type PgbouncerOptions = {
  /** The port of Postgres on this machine. */
  target: number;
  /** Who may log in, with their passwords: at PgBouncer, and by it at Postgres. */
  users: Readonly<Record<string, string>>;
  /** Server connections for each user and database. Default 10. */
  poolSize?: number;
  /** Default: `transaction`. */
  mode?: "transaction" | "session";
};

/** PgBouncer on a free port of 127.0.0.1. */
export type Pgbouncer = {
  port: number;
  /** The same URL through this pooler. */
  through: (url: string) => string;
  /** Closes every connection at once. May be called more than once. */
  stop: () => Promise<void>;
};

/**
 * Why tests that need PgBouncer must be skipped; undefined if it is installed.
 *
 * @throws With USHER_PGBOUNCER=required (CI), instead of skipping.
 */
export function missingPgbouncer(): string | undefined {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return undefined;
  } catch {
    const reason = `there is no ${program}; on Debian: apt-get install pgbouncer`;
    if (process.env.USHER_PGBOUNCER === "required") throw new Error(reason);
    return reason;
  }
}

/**
 * Starts PgBouncer in front of a test server. Like Postgres, it refuses to run as root, who runs it as
 * `nobody`. The end of this process ends it too.
 */
export async function startPgbouncer(options: PgbouncerOptions): Promise<Pgbouncer> {
  const { uid, gid } = serverIdentity();
  const folder = mkdtempSync(join(temporaryFolder({ uid, gid }), "usher-pgbouncer-"));
  const data = join(folder, "data");
  const port = await freePort();
  mkdirSync(data);
  writeFileSync(join(data, "users.txt"), usersFile(options.users), { mode: 0o600 });
  writeFileSync(join(data, "pgbouncer.ini"), settingsFile(options, port), { mode: 0o600 });
  for (const path of [folder, data, join(data, "users.txt"), join(data, "pgbouncer.ini")])
    chownSync(path, uid, gid);

  const child = spawn(process.execPath, [supervisor, program, `${uid}:${gid}`, data, "pgbouncer.ini"], {
    stdio: ["pipe", "ignore", "pipe"],
    detached: true,
  });
  let log = "";
  const isUp = Promise.withResolvers<void>();
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log = (log + text).slice(-10_000);
    if (log.includes("process up")) isUp.resolve();
  });
  child.once("exit", () => isUp.reject(new Error(`PgBouncer stopped: ${log.slice(-1_000)}`)));
  await isUp.promise;
  return {
    port,
    through: (url) => Object.assign(new URL(url), { port: String(port) }).href,
    stop: async () => {
      if (child.exitCode === null) {
        const ended = once(child, "exit");
        child.stdin.write("SIGTERM\n");
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Passwords in plain text: PgBouncer needs them to log in at Postgres by SCRAM. */
function usersFile(users: Readonly<Record<string, string>>): string {
  return Object.entries(users)
    .map(([name, password]) => `"${name}" "${password}"\n`)
    .join("");
}

function settingsFile(
  { target, poolSize = 10, mode = "transaction" }: PgbouncerOptions,
  port: number,
): string {
  return `[databases]
* = host=127.0.0.1 port=${target}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = users.txt
pool_mode = ${mode}
default_pool_size = ${poolSize}
max_client_conn = 500
`;
}
