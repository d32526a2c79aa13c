/** The logouts that one backend has not acknowledged. */
export interface Waiting {
  /** The backend's logout endpoint. */
  readonly endpoint: string;
  readonly waiting: number;
  /** Seconds since the oldest of them happened. */
  readonly oldestAge: number;
  /** The most attempts that one of them took so far. */
  readonly attempts: number;
  /** Why the last attempt failed; null if none did, or the table of an older version does not say. */
  readonly lastFailure: string | null;
}

/** How a table of deliveries is named: Better Auth's adapters may use another spelling than its own. */
export interface DeliveryTable {
  readonly name: string;
  readonly endpoint: string;
  readonly happenedAt: string;
  readonly keepUntil: string;
  readonly attempts: string;
  /** Absent in a table of an older version. */
  readonly failure?: { readonly reason: string; readonly at: string };
}

const needed = ["endpoint", "happenedAt", "keepUntil", "attempts"] as const;

/** The plugin's table, compared as {@link plain}. Drizzle and Prisma users may have the plural. */
export const tableNames: readonly string[] = ["usherlogout", "usherlogouts"];

/** A name without case and underscores. */
function plain(name: string): string {
  return name.replaceAll("_", "").toLowerCase();
}

/** Whether a table is that of the deliveries. */
export function isDeliveryTable(name: string): boolean {
  return tableNames.includes(plain(name));
}

/** The columns of the table; undefined if one is missing. */
export function readTable(name: string, columns: readonly string[]): DeliveryTable | undefined {
  const named = (wanted: string) => columns.find((column) => plain(column) === plain(wanted));
  const found = needed.map((wanted) => [wanted, named(wanted)]);
  if (found.some(([, column]) => column === undefined)) return undefined;
  const [reason, at] = [named("failure"), named("failedAt")];
  return {
    name,
    ...(Object.fromEntries(found) as Pick<DeliveryTable, (typeof needed)[number]>),
    ...(reason !== undefined && at !== undefined && { failure: { reason, at } }),
  };
}

/** A name in SQL, of Postgres and of SQLite. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The expression for {@link Waiting.lastFailure}, of an outer query on `outside`, the same table. */
export function lastFailureSql(
  source: string,
  outside: string,
  { endpoint, failure }: DeliveryTable,
): string {
  if (failure === undefined) return "null";
  const [place, reason, at] = [endpoint, failure.reason, failure.at].map(quoted);
  return `(select failed.${reason} from ${source} as failed
    where failed.${place} = ${outside}.${place} and failed.${at} is not null order by failed.${at} desc limit 1)`;
}
