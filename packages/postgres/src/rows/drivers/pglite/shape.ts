/** The parts of PGlite that are used here. They are described, not imported: the package needs no driver. */
export interface PgliteClient {
  query(text: string, values?: unknown[], options?: object): Promise<PgliteResult>;
  /** Calls `this.query`. */
  sql(strings: TemplateStringsArray, ...values: unknown[]): Promise<PgliteResult>;
  transaction<Result>(run: (transaction: PgliteTransaction) => Promise<Result>): Promise<Result>;
}

export interface PgliteTransaction {
  query(text: string, values?: unknown[], options?: object): Promise<PgliteResult>;
  exec(script: string): Promise<unknown>;
  rollback(): Promise<void>;
}

/** The result of a query, as PGlite returns it. */
export interface PgliteResult {
  readonly rows: unknown[];
  readonly fields: unknown[];
  readonly affectedRows?: number;
}

/** Whether `driver` is a PGlite database: a transaction has no `transaction`. */
export function isPglite(driver: object): driver is PgliteClient {
  const { query, sql, transaction, exec } = driver as Record<string, unknown>;
  return [query, sql, transaction, exec].every((part) => typeof part === "function");
}
