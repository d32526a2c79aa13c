/** A query of pg: its text, or an object with `text`, `values`, `name`, `rowMode` and `types`. */
export interface PgQueryConfig {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
  /** Prepared under this name, once on each connection. */
  readonly name?: string | undefined;
  readonly rowMode?: "array" | undefined;
  readonly types?: object | undefined;
  readonly binary?: boolean | undefined;
}

/** What is sent: read once from the caller's object, so that the text that was checked is the one that runs. */
export interface PgStatement extends PgQueryConfig {
  /** Always: the simple protocol would run several statements in one text. */
  readonly queryMode: "extended";
}

/** @throws {TypeError} The text is not a string, or there is a callback. */
export function readStatement(query: string | PgQueryConfig, given?: unknown): PgStatement {
  if (typeof given === "function") {
    throw new TypeError("the rows of a principal take no callback: use the promise that query() returns");
  }
  const config: PgQueryConfig = typeof query === "string" ? { text: query } : query;
  const { text, name, rowMode, types, binary, values = [] } = config;
  if (typeof text !== "string") throw new TypeError("a query needs a text");
  return {
    text,
    name,
    rowMode,
    types,
    binary,
    values: (given ?? values) as unknown[],
    queryMode: "extended",
  };
}
