/** A member of an object in a JSON text: where its key and its value are. */
interface Member {
  readonly key: string;
  readonly start: number;
  readonly value: number;
  readonly end: number;
}

/** An object in a JSON text. */
export interface JsonObjectText {
  readonly start: number;
  readonly end: number;
  readonly members: readonly Member[];
}

/**
 * The object that starts at `start` of a text that `JSON.parse` accepts. With positions, a member is added
 * without a change to the rest of the file.
 */
export function objectAt(text: string, start: number): JsonObjectText {
  const members: Member[] = [];
  let at = skipSpace(text, start + 1);
  while (text[at] !== "}") {
    const keyEnd = endOfValue(text, at);
    const value = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, value);
    members.push({ key: JSON.parse(text.slice(at, keyEnd)) as string, start: at, value, end });
    at = skipSpace(text, end);
    if (text[at] === ",") at = skipSpace(text, at + 1);
  }
  return { start, end: at + 1, members };
}

/** The position of the first character that is not white space. */
export function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && " \t\r\n".includes(text[at] as string)) at++;
  return at;
}

function endOfValue(text: string, from: number): number {
  const first = text[from];
  if (first === '"') {
    let at = from + 1;
    while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    return at + 1;
  }
  if (first !== "{" && first !== "[") {
    let at = from;
    while (at < text.length && !" \t\r\n,}]".includes(text[at] as string)) at++;
    return at;
  }
  let at = skipSpace(text, from + 1);
  while (text[at] !== "}" && text[at] !== "]")
    at =
      text[at] === "," || text[at] === ":" ? skipSpace(text, at + 1) : skipSpace(text, endOfValue(text, at));
  return at + 1;
}
