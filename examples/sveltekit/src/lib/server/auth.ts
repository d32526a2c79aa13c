import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { usherJwt } from "@usher-auth/issuer";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { sveltekitCookies } from "better-auth/svelte-kit";
import { building } from "$app/env";
import { API_URL, BETTER_AUTH_SECRET, BETTER_AUTH_URL, DATA_DIR } from "$app/env/private";
import { getRequestEvent } from "$app/server";

/** `vite build` loads this module too, without the environment of the server. */
const unknownUrl = "http://localhost";

export const auth = betterAuth({
  baseURL: BETTER_AUTH_URL ?? unknownUrl,
  secret: building ? "only used by vite build, which signs nothing" : BETTER_AUTH_SECRET,
  database: openDatabase(),
  emailAndPassword: { enabled: true },
  plugins: [
    usherJwt({ audience: API_URL ?? unknownUrl, algorithm: "EdDSA", disableSettingJwtHeader: true }),
    // The last one. Where a page extends its session, it sends the new cookie.
    sveltekitCookies(getRequestEvent),
  ],
  // With disableSettingJwtHeader: tokens are for this server, and no script in the browser can ask for one.
  disabledPaths: ["/token"],
  telemetry: { enabled: false },
});

/** Creates the tables. */
export async function migrate(): Promise<void> {
  await (await getMigrations(auth.options)).runMigrations();
}

function openDatabase(): DatabaseSync {
  if (building) return new DatabaseSync(":memory:");
  mkdirSync(DATA_DIR, { recursive: true });
  return new DatabaseSync(join(DATA_DIR, "auth.sqlite"));
}
