import { memoryRevocationStore } from "@usher-auth/verify/revocation";
import type { Database } from "../../src/db.ts";

/** For requests that must not reach the database: every query fails. */
export const untouchableDatabase: Database = {
  kind: "embedded",
  mode: "named",
  revocations: memoryRevocationStore(),
  withPrincipal: () => Promise.reject(new Error("this request must not reach the database")),
  isUp: () => Promise.reject(new Error("this request must not reach the database")),
  isFull: () => false,
  close: async () => {},
};
