/** A Postgres URL, which may contain a password, and the variable that it came from, for error messages. */
export type Address = { readonly url: string; readonly variable: string };

/** Where the API connects, for each purpose. */
export type Addresses = {
  /** Requests. */
  readonly requests: Address;
  /** Migrations, as the owner of the tables. */
  readonly migrations: Address;
  /** Revocations, out of the reach of requests. */
  readonly revocations: Address;
  /** Where to listen for new revocations. Undefined: where the revocations are. */
  readonly listen: Address | undefined;
};

/** The URLs that were given; the others have defaults. */
export type GivenUrls = {
  readonly url: string;
  readonly migrationUrl?: string | undefined;
  readonly revocationsUrl?: string | undefined;
  readonly listenUrl?: string | undefined;
};

/** Fills in the defaults: one URL is enough. */
export function addressesOf({ url, migrationUrl, revocationsUrl, listenUrl }: GivenUrls): Addresses {
  const address = (given: string | undefined, variable: string) =>
    given === undefined ? undefined : { url: given, variable };
  const requests = { url, variable: "DATABASE_URL" };
  const migrations = address(migrationUrl, "MIGRATION_DATABASE_URL") ?? requests;
  const revocations = address(revocationsUrl, "REVOCATIONS_DATABASE_URL") ?? migrations;
  return { requests, migrations, revocations, listen: address(listenUrl, "LISTEN_DATABASE_URL") };
}
