import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";
import { nextCookies } from "better-auth/next-js";
import { apiUrl, webUrl } from "./settings";

const folder = process.env.DATA_DIR ?? ".data";
mkdirSync(folder, { recursive: true });

export const auth = betterAuth({
  baseURL: webUrl,
  database: new DatabaseSync(join(folder, "auth.sqlite")),
  emailAndPassword: { enabled: true },
  plugins: [
    usherJwt({
      audience: apiUrl,
      // The API rejects the tokens of a session that has ended.
      backchannelLogout: [`${apiUrl}/backchannel-logout`],
    }),
    nextCookies(),
  ],
});
