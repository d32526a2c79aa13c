import { revocationStore } from "@usher-auth/postgres/revocations";
import type { RevocationStore } from "@usher-auth/verify/revocation";
import { withDatabase } from "../database/connection.ts";
import { revocationVariables } from "../database/revocation-variables.ts";
import type { Environment } from "../terminal.ts";

/**
 * Connects to the database with the API's revocations, calls `use`, and disconnects.
 *
 * @param deadline Milliseconds for all of it. Default: 30 s.
 * @throws {CannotRun} The database cannot be used. The message never contains the URL, which has the
 *   password.
 */
export async function withStore<Result>(
  environment: Environment,
  use: (store: RevocationStore) => Promise<Result>,
  deadline: number = 30_000,
): Promise<Result> {
  return withDatabase(environment, {
    variables: revocationVariables,
    deadline,
    late: `The database did not answer within ${deadline / 1000} s. The revocation may still be stored.`,
    explain,
    use: (sql) => use(revocationStore(sql)),
  });
}

function explain(code: string | undefined): string | undefined {
  switch (code) {
    case "42P01":
      return "The database has no table usher_revocations. Run usher-auth migrate to create it.";
    case "42501":
      return "This database user has no access to the table. The table's owner must run: GRANT SELECT, INSERT ON usher_revocations TO <user>";
    case "23514":
      return "The database rejects this revocation: it needs an id and a time since 1970.";
    default:
      return undefined;
  }
}
