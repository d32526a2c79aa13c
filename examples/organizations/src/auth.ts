import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { organization } from "better-auth/plugins";

export interface AuthOptions {
  /** The address of this server: the issuer of tokens. */
  readonly url: string;
  /** The address of the API: their audience. It gets a notification of sign-outs and of changed roles. */
  readonly apiUrl: string;
  readonly secret: string;
  /** The file of the SQLite database. Default: in memory. */
  readonly file?: string | undefined;
}

/** Better Auth with organizations. Its tokens say which organization the user acts for, and in which role. */
export async function createAuth({ url, apiUrl, secret, file = ":memory:" }: AuthOptions) {
  const database = new DatabaseSync(file);
  const tokens = usherJwt({
    audience: apiUrl,
    algorithm: "EdDSA",
    organization: true,
    // A change of memberships, roles or the active organization ends older tokens within a second.
    backchannelLogout: [`${apiUrl}/backchannel-logout`],
  });
  const auth = betterAuth({
    baseURL: url,
    secret,
    database,
    emailAndPassword: { enabled: true },
    plugins: [organization(), tokens],
    databaseHooks: {
      // Members of an organization work in it from the start. `set-active` changes that.
      session: { create: { before: async (session) => ({ data: withOrganization(session, database) }) } },
    },
    telemetry: { enabled: false },
  });
  await (await getMigrations(auth.options)).runMigrations();
  return { auth, stop: tokens.stop };
}

export type Auth = Awaited<ReturnType<typeof createAuth>>["auth"];

function withOrganization<Session extends { userId: string }>(session: Session, database: DatabaseSync) {
  const find = database.prepare(
    "select organizationId from member where userId = ? order by createdAt limit 1",
  );
  const { organizationId } = (find.get(session.userId) ?? {}) as { organizationId?: string };
  return { ...session, activeOrganizationId: organizationId ?? null };
}
