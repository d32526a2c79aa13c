/** What a provider's URL tells other drivers. postgres.js would send it to Postgres, which rejects it. */
const ofOtherDrivers = ["pgbouncer", "connection_limit", "pool_timeout", "channel_binding", "schema"];

/**
 * The URL without parameters that only other drivers know. Neon's has `channel_binding`, and Supabase's
 * `pgbouncer=true`, which means `prepare=false` here.
 *
 * A URL that the platform cannot parse, such as one with several hosts, is returned as it is. `openPool`
 * calls it; a client of postgres.js that you open yourself needs it for such a URL.
 *
 * @example
 * ```ts
 * import { serverUrl } from "@usher-auth/postgres/connection";
 * import postgres from "postgres";
 *
 * export const sql = postgres(serverUrl(process.env.DATABASE_URL ?? ""));
 * ```
 */
export function serverUrl(text: string): string {
  const url = URL.parse(text);
  if (url === null) return text;
  const { searchParams } = url;
  const isPooled = searchParams.get("pgbouncer") === "true";
  const found = ofOtherDrivers.filter((name) => searchParams.has(name));
  if (found.length === 0) return text;
  for (const name of found) searchParams.delete(name);
  if (isPooled && !searchParams.has("prepare")) searchParams.set("prepare", "false");
  return url.href;
}
