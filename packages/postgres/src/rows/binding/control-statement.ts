/** A statement that begins, ends or divides a transaction, as ORMs send it. */
export type ControlStatement =
  | { readonly kind: "begin" | "modes"; readonly modes: string }
  | { readonly kind: "commit" | "rollback" }
  | { readonly kind: "savepoint" };

const begin = /^(?:begin|start transaction)(?: transaction| work)?(?: ([a-z, ]+))?;?$/i;
const setModes = /^set transaction ([a-z, ]+);?$/i;
const commit = /^(?:commit|end)(?: transaction| work)?;?$/i;
const rollback = /^(?:rollback|abort)(?: transaction| work)?;?$/i;
const savepoint =
  /^(?:savepoint|release(?: savepoint)?|rollback(?: transaction| work)? to(?: savepoint)?) (?:[a-z_][a-z_0-9]*|"[^"\0]+");?$/i;

/** Nothing but these words. Postgres checks their order. */
const modes =
  /^(?:isolation level (?:serializable|repeatable read|read committed|read uncommitted)|read only|read write|deferrable|not deferrable|[, ])+$/i;

/** Recognises the whole text, so that nothing else can hide in it. Undefined: not one of these statements. */
export function readControl(text: string): ControlStatement | undefined {
  // Statements with rows are longer, or begin with another letter.
  if (text.length > 200) return undefined;
  const line = text.trim().replaceAll(/\s+/g, " ");
  const begun = begin.exec(line);
  if (begun !== null) return withModes("begin", begun[1]);
  const set = setModes.exec(line);
  if (set !== null) return withModes("modes", set[1]);
  if (commit.test(line)) return { kind: "commit" };
  if (rollback.test(line)) return { kind: "rollback" };
  if (savepoint.test(line)) return { kind: "savepoint" };
  return undefined;
}

function withModes(kind: "begin" | "modes", given = ""): ControlStatement | undefined {
  return given === "" || modes.test(given) ? { kind, modes: given } : undefined;
}
