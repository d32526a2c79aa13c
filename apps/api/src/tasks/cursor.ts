/**
 * A position in a list that is sorted by creation time and id. Has the full microseconds of Postgres: with
 * JavaScript's milliseconds, a page could repeat or skip tasks.
 */
export type Cursor = { readonly createdAt: string; readonly id: string };

const form =
  /^((?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3})(\d{3}Z) ([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

/**
 * The opaque text for a client. It is not secret and grants nothing: a page only has the principal's rows.
 */
export function writeCursor({ createdAt, id }: Cursor): string {
  return Buffer.from(`${createdAt} ${id}`).toString("base64url");
}

/** Reads the text of {@link writeCursor}. Undefined for any other text, so that none reaches the database. */
export function readCursor(text: string): Cursor | undefined {
  const match = form.exec(Buffer.from(text, "base64url").toString());
  const [, milliseconds, microseconds, id] = match ?? [];
  if (milliseconds === undefined || id === undefined) return undefined;
  const createdAt = `${milliseconds}${microseconds}`;
  return isDate(milliseconds) && writeCursor({ createdAt, id }) === text ? { createdAt, id } : undefined;
}

/** False for February 30, which JavaScript accepts and Postgres rejects. */
function isDate(milliseconds: string): boolean {
  const date = new Date(`${milliseconds}Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString() === `${milliseconds}Z`;
}
