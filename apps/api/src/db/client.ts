import type { DrizzleDatabase, PrincipalRows as PrincipalRowsOf } from "@usher-auth/postgres";
import type * as schema from "./schema.ts";

/**
 * A raw connection to the database, with the rights of the user that connected. Nothing outside of `src/db`
 * ever gets one: what a handler gets is {@link PrincipalRows}.
 */
export type Client = DrizzleDatabase<typeof schema>;

/** Queries that see and write the rows of one principal only. */
export type PrincipalRows = PrincipalRowsOf<typeof schema>;
