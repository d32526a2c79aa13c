import { memoryRevocationStore } from "@usher-auth/verify";
import type { Database } from "../../src/db.ts";

/** For tests of requests that must never get as far as the database: whoever touches it fails. */
export const untouchableDatabase: Database = {
  kind: "embedded",
  revocations: memoryRevocationStore(),
  withPrincipal: () => Promise.reject(new Error("this request must not reach the database")),
  isUp: () => Promise.reject(new Error("this request must not reach the database")),
  isFull: () => false,
  close: async () => {},
};
