import { DatabaseSync } from "node:sqlite";
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { admin } from "better-auth/plugins/admin";
import { onTestFinished } from "vitest";
import { type UsherJwtOptions, type UsherJwtPlugin, usherJwt } from "../../src/index.ts";
import { audience, baseURL, emailAndPassword, secret } from "../instance.ts";

/** A line of the log. */
export type Logged = { level: string; message: string };

/** The token in the link of each password reset e-mail, by address. */
export const resetTokens = new Map<string, string>();

/** A real Better Auth with the admin plugin that notifies these endpoints. Stopped when the test is over. */
export async function issuerFor(
  endpoints: string[],
  { plugin, database = new DatabaseSync(":memory:"), later = [], ...options }: IssuerSetup = {},
) {
  const logged: Logged[] = [];
  const tokens = usherJwt({ audience, backchannelLogout: endpoints, ...plugin });
  const auth = betterAuth({
    baseURL,
    secret,
    database,
    emailAndPassword: {
      ...emailAndPassword,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: async ({ user, token }) => void resetTokens.set(user.email, token),
    },
    user: { deleteUser: { enabled: true } },
    logger: {
      level: "debug",
      log: (level, message, ...more) => logged.push({ level, message: [message, ...more].join(" ") }),
    },
    telemetry: { enabled: false },
    ...options,
    plugins: [admin(), tokens, ...later] as unknown as [ReturnType<typeof admin>, UsherJwtPlugin],
  });
  onTestFinished(() => tokens.stop());
  await (await getMigrations(auth.options)).runMigrations();
  return { auth, database, logged, stop: () => tokens.stop(), pending: () => rowsOf(database) };
}

type IssuerSetup = Partial<Omit<BetterAuthOptions, "database" | "plugins">> & {
  plugin?: Partial<UsherJwtOptions>;
  database?: DatabaseSync;
  /** Plugins after this one. */
  later?: readonly BetterAuthPlugin[];
};

export type Issuer = Awaited<ReturnType<typeof issuerFor>>;

/** The rows of the delivery queue. */
function rowsOf(database: DatabaseSync): Record<string, unknown>[] {
  return database.prepare(`select * from "usherLogout"`).all();
}

/** Makes a user an administrator by SQL, as for a first administrator. */
export function makeAdmin(database: DatabaseSync, userId: string): void {
  database.prepare(`update "user" set role = 'admin' where id = ?`).run(userId);
}
