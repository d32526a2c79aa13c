/**
 * White space and comments in front of a statement, and opening parentheses, exactly as Postgres reads them:
 * a carriage return ends a comment too. Linear: no two branches overlap.
 */
const leading = /(?:[ \t\n\r\f\v(]|--[^\n\r]*(?:[\n\r]|$))+/y;

const dataStatement = /(?:select|insert|update|delete|merge|with|values|table)\b/iy;

/**
 * Throws unless a statement reads or writes rows. Others could leave the transaction or the role (`commit`,
 * `set role`), change what the connection's next user gets (`prepare`, `listen`), or run code (`do`, `copy`).
 * Transactions are begun and ended by the functions for it.
 */
export function assertDataStatement(text: string): void {
  const start = skipComments(text);
  dataStatement.lastIndex = start;
  if (!dataStatement.test(text)) {
    throw new Error(
      "only select, insert, update, delete, merge, with, values and table statements run for a principal",
    );
  }
}

/** The index of the first character that is not white space, a comment or a parenthesis. */
function skipComments(text: string): number {
  let index = 0;
  for (;;) {
    leading.lastIndex = index;
    if (leading.test(text)) index = leading.lastIndex;
    if (!text.startsWith("/*", index)) return index;
    index = endOfComment(text, index);
  }
}

/** Postgres nests block comments. An unfinished one is left to Postgres, which rejects it. */
function endOfComment(text: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let depth = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  return text.length;
}
