import manifest from "../package.json" with { type: "json" };
import type { Program } from "./command-line/run.ts";

/** The program and its commands, in the order in which the help lists them. */
export const program: Program = {
  name: "usher-auth",
  version: manifest.version,
  description: "Find out why a token is rejected, audit an API for missing checks, guard a backend",
  entries: {
    init: {
      description: "Add the guard to an API, or start a new project",
      load: () => import("./commands/init.ts"),
    },
    token: {
      description: "Sign in at the issuer, and print a token for the API",
      load: () => import("./commands/token.ts"),
    },
    doctor: {
      description: "Find out why a token is rejected",
      load: () => import("./commands/doctor.ts"),
    },
    status: {
      description: "Show whether the system is healthy: keys, issuer, clocks, revocations, deliveries, rows",
      load: () => import("./commands/status.ts"),
    },
    audit: {
      description: "Test every operation of an OpenAPI document for missing checks",
      load: () => import("./commands/audit.ts"),
    },
    gate: {
      description: "Guard a backend in any language, by its OpenAPI document",
      load: () => import("./commands/gate.ts"),
    },
    fingerprint: {
      description: "Show the fingerprint of a secret, to compare two sides",
      load: () => import("./commands/fingerprint.ts"),
    },
    decode: {
      description: "Show a token's header and claims, without verifying it",
      load: () => import("./commands/decode.ts"),
    },
    explain: {
      description: "Show what an error code means, for the client and for you",
      load: () => import("./commands/explain.ts"),
    },
    revoke: {
      description: "Revoke the tokens of a user or a session, or a single token",
      load: () => import("./commands/revoke.ts"),
    },
    revocations: {
      description: "List the revocations",
      load: () => import("./commands/revocations.ts"),
    },
    sql: {
      description: "Print the SQL that keeps a table's rows to their owner",
      load: () => import("./commands/sql.ts"),
    },
    migrate: {
      description: "Prepare a Postgres for row isolation and revocations",
      load: () => import("./commands/migrate.ts"),
    },
    tables: {
      description: "Find tables whose rows have an owner but no policy",
      load: () => import("./commands/tables.ts"),
    },
  },
};
