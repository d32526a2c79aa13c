/** A statement that begins, ends or divides a transaction, as ORMs send it. */
export type ControlStatement =
  | { readonly kind: "begin" | "modes"; readonly modes: string }
  | { readonly kind: "commit" | "rollback" }
  | { readonly kind: "savepoint" };

const level = "(?:isolation level (?:serializable|repeatable read|read committed|read uncommitted)";
const mode = `${level}|read only|read write|deferrable|not deferrable)`;
const modes = `${mode}(?:(?:, ?| )${mode}){0,3}`;
const name = '(?:[a-z_][a-z_0-9]{0,62}|"[^"\\0]{1,63}")';

const begin = new RegExp(`^(?:begin|start transaction)(?: transaction| work)?(?: (${modes}))?;?$`, "i");
const setModes = new RegExp(`^set transaction (${modes});?$`, "i");
const commit = /^(?:commit|end)(?: transaction| work)?;?$/i;
const rollback = /^(?:rollback|abort)(?: transaction| work)?;?$/i;
const savepoint = new RegExp(
  `^(?:savepoint|release(?: savepoint)?|rollback(?: transaction| work)? to(?: savepoint)?) ${name};?$`,
  "i",
);

/** Recognises the whole text, so that nothing else can hide in it. Undefined: not one of these statements. */
export function readControl(text: string): ControlStatement | undefined {
  // Statements with rows are longer, or begin with another letter.
  if (text.length > 200) return undefined;
  const line = text.trim().replaceAll(/\s+/g, " ");
  const begun = begin.exec(line);
  if (begun !== null) return { kind: "begin", modes: begun[1] ?? "" };
  const set = setModes.exec(line);
  if (set !== null) return { kind: "modes", modes: set[1] ?? "" };
  if (commit.test(line)) return { kind: "commit" };
  if (rollback.test(line)) return { kind: "rollback" };
  if (savepoint.test(line)) return { kind: "savepoint" };
  return undefined;
}
