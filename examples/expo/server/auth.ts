import { DatabaseSync } from "node:sqlite";
import { expo } from "@better-auth/expo";
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";

export type AuthOptions = {
  /** The address of this server: the issuer of tokens, however a phone reaches it. */
  readonly url: string;
  /** The address of the API: their audience. */
  readonly apiUrl: string;
  readonly secret: string;
  /** The file of the SQLite database. */
  readonly file: string;
};

export async function createAuth({ url, apiUrl, secret, file }: AuthOptions) {
  const tokens = usherJwt({ audience: apiUrl, backchannelLogout: [`${apiUrl}/backchannel-logout`] });
  const auth = betterAuth({
    baseURL: url,
    secret,
    database: new DatabaseSync(file),
    emailAndPassword: { enabled: true },
    // The app's own scheme (app.json). In development, expo() also trusts the exp:// addresses of Expo Go.
    trustedOrigins: ["usher-tasks://"],
    plugins: [expo(), tokens],
    telemetry: { enabled: false },
  });
  await (await getMigrations(auth.options)).runMigrations();
  return { auth, stop: tokens.stop };
}
