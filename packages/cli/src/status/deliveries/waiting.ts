/** The logouts that one backend has not acknowledged. */
export interface Waiting {
  /** The backend's logout endpoint. */
  readonly endpoint: string;
  readonly waiting: number;
  /** Seconds since the oldest of them happened. */
  readonly oldestAge: number;
  /** The most attempts that one of them took so far. */
  readonly attempts: number;
}

/** How a table of deliveries is named: Better Auth's adapters may use another spelling than its own. */
export interface DeliveryTable {
  readonly name: string;
  readonly endpoint: string;
  readonly happenedAt: string;
  readonly keepUntil: string;
  readonly attempts: string;
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
  const found = needed.map((wanted) => [wanted, columns.find((column) => plain(column) === plain(wanted))]);
  if (found.some(([, column]) => column === undefined)) return undefined;
  return { name, ...(Object.fromEntries(found) as Omit<DeliveryTable, "name">) };
}
