/**
 * The variables with the database of revocations. The first one that is set counts. The user of requests, in
 * DATABASE_URL, may have no access to them.
 */
export const revocationVariables: readonly string[] = [
  "REVOCATIONS_DATABASE_URL",
  "MIGRATION_DATABASE_URL",
  "DATABASE_URL",
];
