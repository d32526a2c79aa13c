/**
 * What `JSON.stringify` leaves as it is and a terminal obeys: DEL, the C1 controls, and what turns a line's
 * direction.
 */
const controls = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** What a token or anybody's code says, for a hint: quoted, control characters escaped, and not endless. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text).replace(
    controls,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/**
 * What a thrown value says, for a warning or a log: quoted, without control characters, and not endless. User
 * code throws whatever it likes; this throws nothing.
 */
export function reasonOf(error: unknown): string {
  try {
    return quote(String(error instanceof Error ? error.message : error));
  } catch {
    return "what cannot be told as text";
  }
}

/**
 * Why keys could not be loaded, in a few words without control characters. Node's `fetch` says "fetch
 * failed", and why only in the cause. Throws nothing, whatever was thrown.
 */
export function explain(error: unknown): string {
  try {
    if (!(error instanceof Error)) return plain(String(error));
    const { cause } = error;
    const beneath = cause instanceof Error ? ` (${"code" in cause ? cause.code : cause.message})` : "";
    return plain(`${error.message}${beneath}`);
  } catch {
    return "what was thrown cannot be told as text";
  }
}

function plain(text: string): string {
  return quote(text).slice(1, -1);
}
