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
